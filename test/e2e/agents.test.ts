import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { everything } from '../rig/checkout.ts'
import { git, orchRun, removeFolders, repositoryWith } from '../rig/program.ts'
import { failures, outputsOf, runFor, statuses } from '../rig/report.ts'
import type { SimAnswer, SimRequest } from '../simulator/answer.ts'
import { startSimulator } from '../simulator/simulator.ts'
import type { Simulator } from '../simulator/simulator.ts'

afterAll(removeFolders)

interface Scene {
  readonly folder: string
  readonly simulator: Simulator
}

/** A repository with this pipeline, whose provider \`sim\` answers as told. */
async function scene(text: string, answer: (request: SimRequest) => SimAnswer, files: Readonly<Record<string, string>> = {}): Promise<Scene> {
  const simulator = await startSimulator({ answer })
  const provider = `providers: { sim: { type: anthropic, base_url: ${simulator.baseUrl.messages}, api_key_env: SIM_KEY, prices: { m: { input: 3, output: 15 } } } }\n`
  return { simulator, folder: repositoryWith({ 'a.txt': 'a\n', 'p.yml': provider + text, ...files }) }
}

const env = { SIM_KEY: 'canary-key-5520' }
const results = (request: SimRequest): string[] => request.turns.flatMap((turn) => (turn.role === 'tool' ? [turn.output] : []))

describe('an agent', () => {
  it('gives structured outputs that fit their schemas, after being told what did not', async () => {
    const give = (input: Readonly<Record<string, unknown>>, request: SimRequest): SimAnswer => ({ calls: [{ name: request.tools.at(-1) ?? '', input }] })
    const { folder, simulator } = await scene(`
agents: { a: { model: sim/m } }
steps:
  plan: { agent: a, prompt: Plan., outputs: { approach: { type: string }, files: { type: array, items: { type: string }, minItems: 1 } } }
  use: { needs: plan, run: 'echo "v=\${{ steps.plan.outputs.approach }} \${{ steps.plan.outputs.files[0] }} \${{ steps.plan.outputs.text }}" >> "$ORCH_OUTPUT"' }
`, (request) => {
      if (request.answers === 0) return give({ approach: 'small', files: [] }, request)
      if (request.answers === 1) return give({ approach: 'small', files: ['a.ts'] }, request)
      return { text: 'That is my plan.' }
    })
    const { report } = await runFor(0, folder, ['p.yml'], { env })
    await simulator.close()
    expect(outputsOf(report).plan).toMatchObject({ approach: 'small', files: ['a.ts'] })
    expect(String(outputsOf(report).use && (outputsOf(report).use as { v: string }).v)).toMatch(/^small a\.ts /)
    expect(simulator.log.length).toBeGreaterThan(1)
  })

  it('is stopped when it takes more turns than it may', async () => {
    const { folder, simulator } = await scene('agents: { a: { model: sim/m, tools: [files], max_turns: 3 } }\nsteps: { work: { agent: a, prompt: Work. } }\n',
      () => ({ calls: [{ name: 'read_file', input: { path: 'a.txt' } }] }))
    const { report } = await runFor(1, folder, ['p.yml'], { env })
    await simulator.close()
    expect(simulator.log).toHaveLength(3)
    expect(failures(report).work).toMatch(/^max-turns: /)
  })

  it('may do what its permissions say, and learns what it may not', async () => {
    const calls = [
      { name: 'write_file', input: { path: 'b.txt', content: 'b\n' } }, { name: 'execute_command', input: { command: 'echo ran > ran.txt' } },
      { name: 'execute_command', input: { command: 'cat a.txt' } }, { name: 'read_file', input: { path: '../../../../../../etc/passwd' } },
      { name: 'write_file', input: { path: '.git/hooks/post-checkout', content: 'x' } }, { name: 'write_file', input: { path: '/tmp/orch-never', content: 'x' } },
    ]
    const { folder, simulator } = await scene(`
limits: { concurrency: 1 }
agents:
  reader: { model: sim/m, tools: [files.read], permissions: read-only }
  limited: { model: sim/m, tools: [files, shell], permissions: limited, allow_commands: ['cat *'] }
  full: { model: sim/m, tools: [files, shell], permissions: full }
steps:
  read: { agent: reader, prompt: reader }
  some: { agent: limited, prompt: limited }
  all: { agent: full, prompt: full }
`, (request) => (request.answers === 0 ? { calls } : { text: 'done' }))
    const before = everything(folder)
    const { report } = await runFor(0, folder, ['p.yml'], { env })
    await simulator.close()
    expect(report.steps.map(({ id, files_changed }) => [id, files_changed])).toEqual([['read', []], ['some', ['b.txt']], ['all', ['b.txt', 'ran.txt']]])
    const told = simulator.log.filter(({ request }) => request.answers === 1).map(({ request }) => results(request))
    expect(told.map((texts) => texts.length)).toEqual([6, 6, 6])
    expect(told[1]?.[2]).toContain('a')
    for (const texts of told) for (const text of texts.slice(3)) expect(text).not.toContain('root:')
    expect([existsSync('/tmp/orch-never'), everything(folder)]).toEqual([false, before])
  })

  it('that has no sandbox and writes outside of its worktree is told of in the exceptions', async () => {
    const { folder, simulator } = await scene('agents: { a: { model: sim/m, tools: [shell], permissions: full, sandbox: off } }\nsteps: { work: { agent: a, prompt: Work. } }\n',
      (request) => (request.answers === 0 ? { calls: [{ name: 'execute_command', input: { command: `echo stray > '${place}/a.txt'` } }] } : { text: 'done' }))
    const place = folder
    const { report } = await runFor(0, folder, ['p.yml'], { env })
    await simulator.close()
    expect(report.exceptions.map(({ severity, step, code, message }) => [severity, step, code, message])).toEqual([
      ['error', 'work', 'wrote-outside', '`a.txt` in the checkout was changed'],
    ])
  })
})

describe('a recording', () => {
  it('plays a whole run back without key or network, and tells what is different when it does not fit', async () => {
    const { folder, simulator } = await scene(`
agents: { a: { model: sim/m, instructions: You work., tools: [files] } }
steps:
  first: { agent: a, prompt: Write b.txt. }
  second: { needs: first, agent: a, prompt: "Look at b.txt, \${{ steps.first.outputs.text }}" }
`, (request) => {
      const isFirst = request.task.includes('Write b.txt')
      if (request.answers > 0) return { text: isFirst ? 'it is written' : 'it is there', usage: { input: 20, output: 5 } }
      const call = isFirst ? { name: 'write_file', input: { path: 'b.txt', content: 'b\n' } } : { name: 'read_file', input: { path: 'b.txt' } }
      return { calls: [call], usage: { input: 10, output: 5 } }
    }, { '.gitignore': 'tape\n' })
    const { report } = await runFor(0, folder, ['p.yml', '--record', 'tape'], { env })
    await simulator.close()
    const tape = readdirSync(join(folder, 'tape'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    expect(tape.length).toBeGreaterThan(0)
    for (const file of tape) expect(readFileSync(join(file.parentPath, file.name), 'utf8')).not.toContain(env.SIM_KEY)

    const { report: played } = await runFor(0, folder, ['p.yml', '--replay', 'tape'])
    expect([statuses(played), outputsOf(played)]).toEqual([statuses(report), outputsOf(report)])
    expect(played.steps.map(({ files_changed }) => files_changed)).toEqual([['b.txt'], []])
    expect(git(folder, 'show', `${played.git.head}:b.txt`)).toBe('b\n')

    writeFileSync(join(folder, 'p.yml'), readFileSync(join(folder, 'p.yml'), 'utf8').replace('Write b.txt', 'Write b.txt now'))
    const { report: other } = await runFor(1, folder, ['p.yml', '--replay', 'tape'])
    expect(statuses(other)).toEqual({ first: 'failed', second: 'skipped' })
    expect(failures(other).first).toMatch(/^recording-missing: /)
    expect(failures(other).first).toMatch(/Write b\.txt now/)
  })

  it('that is not there is told before anything runs', async () => {
    const { folder, simulator } = await scene('agents: { a: { model: sim/m } }\nsteps: { first: { run: touch ran }, work: { agent: a, prompt: Work. } }\n', () => ({ text: '' }))
    await simulator.close()
    const ended = await orchRun({ cwd: folder, args: ['p.yml', '--replay', 'nowhere'] })
    expect([ended.code, ended.stdout, existsSync(join(folder, 'ran'))]).toEqual([4, '', false])
    expect(ended.stderr).toMatch(/^error: there is no recording in `.*nowhere`\n/)
  })
})

/** A model that takes so many tokens, answers included, as vendors count them. */
function narrow(window: number, answer: (request: SimRequest) => SimAnswer): { readonly refused: string[]; readonly answer: (request: SimRequest) => SimAnswer } {
  const refused: string[] = []
  return {
    refused,
    answer(request) {
      const tokens = Math.ceil(JSON.stringify(request.body).length / 4)
      if (tokens + request.maxOutputTokens <= window) return answer(request)
      const message = `prompt is too long: ${tokens} tokens > ${window - request.maxOutputTokens} maximum`
      refused.push(message)
      return { status: 400, body: { type: 'error', error: { type: 'invalid_request_error', message } } }
    },
  }
}

describe('the window of a model', () => {
  const long = { 'long.txt': 'a line of words that says nothing\n'.repeat(500) }
  const pipeline = (agent: string): string => `
agents: { a: { model: sim/m, tools: [files.read], max_output_tokens: 2000${agent} } }
steps: { work: { agent: a, prompt: Read. } }
`
  const reads = (request: SimRequest): SimAnswer => (request.answers < 20 ? { text: `Part ${request.answers}.`, calls: [{ name: 'read_file', input: { path: 'long.txt' } }] } : { text: 'Read all.' })

  it('is never passed by a conversation that is many times as long', async () => {
    const model = narrow(40_000, reads)
    const { folder, simulator } = await scene(pipeline(', context_tokens: 40000'), model.answer, long)
    const { report } = await runFor(0, folder, ['p.yml'], { env })
    await simulator.close()
    expect(outputsOf(report).work).toMatchObject({ text: 'Read all.' })
    expect(model.refused).toEqual([])
    const last = simulator.log.at(-1)?.request
    expect(last?.turns.flatMap((turn) => (turn.role === 'assistant' ? [turn.text] : []))).toEqual(Array.from({ length: 20 }, (_, index) => `Part ${index}.`))
    const isCut = (last ? results(last) : []).map((output) => output.includes('characters cut'))
    expect(isCut.slice(-4)).toEqual([false, false, false, false])
    expect(isCut.slice(0, 12)).toEqual(Array.from({ length: 12 }, () => true))
  })

  it('is passed without `context_tokens`, which the step then says', async () => {
    const model = narrow(40_000, reads)
    const { folder, simulator } = await scene(pipeline(''), model.answer, long)
    const { report } = await runFor(1, folder, ['p.yml'], { env })
    await simulator.close()
    expect(model.refused).toHaveLength(1)
    expect(failures(report).work).toMatch(/^provider-failed: .*prompt is too long/)
  })

  it('that is too small for the prompt alone fails the step before anything is sent', async () => {
    const { folder, simulator } = await scene(pipeline(', context_tokens: 2001'), reads, long)
    const { report } = await runFor(1, folder, ['p.yml'], { env })
    await simulator.close()
    expect(simulator.log).toEqual([])
    expect(failures(report).work).toMatch(/^provider-failed: the conversation of about \d+ tokens .* raise `context_tokens`/)
  })
})
