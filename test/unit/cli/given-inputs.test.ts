import { afterAll, describe, expect, it } from 'vitest'
import { givenInputs } from '../../../src/cli/given-inputs.ts'
import { Stop } from '../../../src/cli/stop.ts'
import { createFiles } from '../../../src/host/files.ts'
import { load } from '../../../src/pipeline/load.ts'
import { folderWith, removeFolders } from '../../rig/program.ts'

afterAll(removeFolders)

const PIPELINE = `
inputs:
  task: { type: string, required: true }
  count: { type: number, default: 1 }
  risk: { type: choice, options: [low, high] }
  data: { type: json }
  token: { type: number, secret: true }
steps: { a: { run: echo a } }
`

async function given(options: { input?: string[]; inputsFile?: string }, files: Record<string, string> = {}): Promise<unknown> {
  const { pipeline } = await load(PIPELINE, 'p.yml')
  if (!pipeline) throw new Error('the pipeline of this test is not valid')
  try {
    return await givenInputs(createFiles(), pipeline, { input: [], ...options }, folderWith(files))
  } catch (error) {
    if (error instanceof Stop) return { exitCode: error.exitCode, message: error.message }
    throw error
  }
}

describe('inputs of a run', () => {
  it('come typed from the command line; what is not given has its default, or is null', async () => {
    expect(await given({ input: ['task=a=b', 'count=2.5', 'risk=high', 'data={"a":[1]}'] })).toEqual({ task: 'a=b', count: 2.5, risk: 'high', data: { a: [1] }, token: null })
  })

  it('come from a file, and the command line wins', async () => {
    const all = await given({ inputsFile: 'in.yml', input: ['count=3'] }, { 'in.yml': 'task: from the file\ncount: 2\n' })
    expect(all).toMatchObject({ task: 'from the file', count: 3 })
  })

  it('are read from a file that `@` names', async () => {
    expect(await given({ input: ['task=@task.txt'] }, { 'task.txt': 'long\ntext\n' })).toMatchObject({ task: 'long\ntext\n' })
  })

  it('are told all at once when they are wrong', async () => {
    expect(await given({ input: ['taks=x', 'count=many', 'risk=hihg'] })).toEqual({
      exitCode: 2,
      message: [
        'the pipeline has no input `taks`, did you mean `task`?',
        'the input `task` is required and was not given',
        'the input `count` must be a number, not `many`',
        'the input `risk` must be `low` or `high`, not `hihg`, did you mean `high`?',
      ].join('\nerror: '),
    })
  })

  it('never show the value of a secret one', async () => {
    expect(JSON.stringify(await given({ input: ['task=x', 'token=hunter2'] }))).not.toContain('hunter2')
  })

  it.each([
    [{ input: ['task'] }, '`task` is no input, it must be written NAME=VALUE'],
    [{ inputsFile: 'in.yml' }, 'in.yml:1:4: '],
    [{ inputsFile: 'list.yml' }, 'list.yml:1:1: the file holds a list'],
    [{ inputsFile: 'none.yml' }, 'the file `none.yml` cannot be read'],
  ])('are refused as a mistake of the caller: %j', async (options, message) => {
    const refused = (await given(options, { 'in.yml': 'a: [1\n', 'list.yml': '- 1\n' })) as { exitCode: number; message: string }
    expect({ ...refused, message: refused.message.slice(0, message.length) }).toEqual({ exitCode: 2, message })
  })
})
