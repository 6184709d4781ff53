import { describe, expect, it } from 'vitest'
import { load } from '../../../src/pipeline/load.ts'

const HEAD = 'inputs: { task: {} }\nproviders: { p: { type: openai } }\nagents: { bot: { model: p/m } }\n'

async function told(text: string, prompts: Readonly<Record<string, string>>): Promise<string[]> {
  const read = async (file: string): Promise<string | { code: string; message: string }> => prompts[file] ?? { code: 'file-missing', message: 'it is not there' }
  const { diagnostics, sources, pipeline } = await load(HEAD + text, 'ci/p.yml', undefined, undefined, read)
  expect(pipeline === undefined).toBe(diagnostics.some(({ severity }) => severity === 'error'))
  return diagnostics.map(({ file, line, column, code, help }) => `${file}:${line}:${column} ${code} | ${help ?? ''} | ${sources.get(file)?.split('\n')[line - 1] ?? ''}`)
}

describe('the files of prompts', () => {
  it('are checked where they stand, by what their step may name', async () => {
    const prompts = { 'ci/prompts/fix.md': 'Fix this:\n\n  ${{ inputs.tsak }} and ${{ steps.plan.outputs.text }}\n', 'ci/ok.md': '${{ inputs.task }}', 'ci/plain.md': '$x' }
    const steps = 'steps:\n  plan: { agent: bot, prompt_file: ./ok.md }\n  fix: { agent: bot, prompt_file: prompts/fix.md }\n  again: { needs: plan, agent: bot, prompt_file: ./prompts/../prompts/fix.md }\n  last: { agent: bot, prompt_file: ./plain.md }\n'
    const line = '  ${{ inputs.tsak }} and ${{ steps.plan.outputs.text }}'
    expect(await told(steps, prompts)).toEqual([
      `ci/prompts/fix.md:3:14 unknown-input | did you mean \`task\`? | ${line}`,
      `ci/prompts/fix.md:3:36 step-not-needed | add \`plan\` to \`needs\` | ${line}`,
    ])
  })

  it('are warned of when they are missing, those of instructions too: the file is right, and only a run needs them', async () => {
    const read = async (): Promise<{ code: string; message: string }> => ({ code: 'file-missing', message: 'there is no file' })
    const text = 'providers: { p: { type: anthropic } }\nagents: { bot: { model: p/m, instructions_file: ./none.md } }\nsteps: { a: { agent: bot, prompt_file: ../none.md }, b: { agent: bot, prompt_file: /etc/passwd } }\n'
    const { diagnostics } = await load(text, 'ci/p.yml', undefined, undefined, read)
    expect(diagnostics.map(({ line, column, severity, code }) => `${line}:${column} ${severity} ${code}`)).toEqual([
      '2:49 warning file-missing', '3:40 warning file-missing', '3:84 error bad-path',
    ])
  })

  it('show no key that stands in them, and may be missing before a run', async () => {
    const key = ['sk', 'A1b2C3d4E5f6G7h8I9j0'].join('-')
    const steps = 'steps: { a: { agent: bot, prompt_file: ./a.md }, b: { agent: bot, prompt_file: ./none.md } }\n'
    expect((await told(steps, { 'ci/a.md': `${key} \${{ inputs.x }}` })).slice(0, 1)).toEqual([`ci/a.md:1:36 unknown-input | the only input is \`task\` | ${key.replaceAll(/./g, '•')} \${{ inputs.x }}`])
  })
})

describe('expressions in great number', () => {
  it('are checked until enough is told, which is told too', async () => {
    const steps = Array.from({ length: 300 }, (_, at) => `  s${at}: { run: 'echo "\${{ inputs.no }}"' }\n`).join('')
    const { diagnostics } = await load(`steps:\n${steps}`, 'p.yml')
    expect(diagnostics.length).toBe(201)
    expect(diagnostics.at(-1)).toMatchObject({
      code: 'too-many-mistakes', severity: 'error', line: 202, help: 'mend the first ones and validate again',
      message: 'there are more than 200 mistakes in expressions, the 100 texts from here on with `${{ }}` are not checked',
    })
  })
})
