import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readNamedFiles } from '../../../src/cli/named-files.ts'
import { Stop } from '../../../src/cli/stop.ts'
import { createFiles } from '../../../src/host/files.ts'
import { load } from '../../../src/pipeline/load.ts'
import type { Pipeline } from '../../../src/pipeline/pipeline.ts'
import { folderWith, removeFolders } from '../../rig/program.ts'

afterAll(removeFolders)

async function pipelineOf(file: string): Promise<Pipeline> {
  const { pipeline } = await load(
    'providers: { claude: { type: anthropic } }\nagents: { dev: { model: claude/x, instructions_file: ./dev.md } }\nsteps:\n  fix: { agent: dev, prompt_file: prompts/fix.md }\n  test: { run: npm test }\n',
    file,
  )
  if (!pipeline) throw new Error('the pipeline of this test is not valid')
  return pipeline
}

describe('files that a pipeline names', () => {
  it('are read from the folder of the pipeline, wherever the program was started', async () => {
    const cwd = folderWith({ 'ci/dev.md': 'You fix.', 'ci/prompts/fix.md': 'Fix it.' })
    const read = await readNamedFiles(createFiles(), await pipelineOf('ci/p.yml'), cwd)
    expect([read.agents.get('dev')?.instructions, read.steps.get('fix')]).toMatchObject(['You fix.', { prompt: 'Fix it.' }])
  })

  it('are told all at once when they are missing, as a matter of the place', async () => {
    const cwd = folderWith({})
    const refused = await readNamedFiles(createFiles(), await pipelineOf(join(cwd, 'p.yml')), cwd).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(Stop)
    const { exitCode, message } = refused as Stop
    expect(exitCode).toBe(4)
    expect(message.split('\n').map((line) => line.replace(/ cannot be read: .*$/, ''))).toEqual([
      'the file `./dev.md`, named by the agent `dev`,', 'error: the file `prompts/fix.md`, named by the step `fix`,',
    ])
  })
})
