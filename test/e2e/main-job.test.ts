import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { everything } from '../rig/checkout.ts'
import { git, orchRun, removeFolders, repositoryWith } from '../rig/program.ts'
import type { Protocol, SimAnswer, SimRequest } from '../simulator/answer.ts'
import { startSimulator } from '../simulator/simulator.ts'

const KEY = 'canary-key-7f3a91c05e'
/** USD per million tokens. */
const PRICE = { input: 3, output: 15, cache_read: 0.3, cache_write: 3.75 }
const TYPES: Readonly<Record<Protocol, string>> = { messages: 'anthropic', responses: 'openai', chat: 'openai-compatible' }

const FILES = {
  'src/add.js': 'export const add = (a, b) => a - b\n',
  'test.js': "import { add } from './src/add.js'\nif (add(2, 3) !== 5) {\n  console.error(`add(2, 3) is ${add(2, 3)}, it must be 5`)\n  process.exit(1)\n}\n",
  'package.json': '{ "type": "module" }\n',
}

function pipeline(protocol: Protocol, baseUrl: string): string {
  return `version: 1
name: main-job
providers:
  sim:
    type: ${TYPES[protocol]}
    base_url: ${baseUrl}
    api_key_env: SIM_KEY
    prices: { model-a: { input: ${PRICE.input}, output: ${PRICE.output}, cache_read: ${PRICE.cache_read}, cache_write: ${PRICE.cache_write} } }
limits: { budget_usd: 5 }
agents:
  developer: { model: sim/model-a, instructions: You fix bugs., tools: [files] }
checks:
  tests: { kind: tests, run: node test.js }
steps:
  fix:
    agent: developer
    prompt: Mend src/add.js.
    verify: [tests]
    repair: 2
  look: { needs: fix, run: 'cat src/add.js; echo "$(pwd)" > /dev/null' }
`
}

/** Reads, edits wrongly, says done; is told what failed; edits rightly, says done. */
function script(request: SimRequest): SimAnswer {
  const usage = { input: 1000 + request.answers, output: 50 + request.answers, cacheRead: 200, cacheWrite: request.protocol === 'messages' ? 30 : 0 }
  const edit = (old_text: string, new_text: string): SimAnswer => ({ text: 'I edit.', calls: [{ name: 'edit_file', input: { path: 'src/add.js', old_text, new_text } }], usage })
  switch (request.answers) {
    case 0: return { text: 'I read.', calls: [{ name: 'read_file', input: { path: 'src/add.js' } }], usage }
    case 1: return edit('a - b', 'a * b')
    case 2: return { text: 'It is done.', usage }
    case 3: return edit('a * b', 'a + b')
    default: return { text: 'Now it is right.', usage }
  }
}

function textsBelow(folder: string): { path: string; text: Buffer }[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => ({ path: join(entry.parentPath, entry.name), text: readFileSync(join(entry.parentPath, entry.name)) }))
}

interface Report {
  run: { status: string; exit_code: number }
  totals: { cost_usd: number; input_tokens: number; output_tokens: number; cached_tokens: number; requests: number }
  steps: { id: string; status: string; commit: string | null; files_changed: string[]; outputs: Record<string, unknown>; model: string; cost_usd: number; checks: { name: string; status: string }[] }[]
  exceptions: unknown[]
}

afterAll(removeFolders)

describe.each(['messages', 'responses', 'chat'] as const)('the main job over %s', (protocol) => {
  it('reads, edits wrongly, is given the failing check, repairs; the money is exact and the checkout untouched', async () => {
    const simulator = await startSimulator({ answer: script })
    const folder = repositoryWith({ ...FILES, 'pipeline.yml': pipeline(protocol, simulator.baseUrl[protocol]) })
    const before = everything(folder)
    const ended = await orchRun({ cwd: folder, args: ['pipeline.yml', '--json'], env: { SIM_KEY: KEY } })
    await simulator.close()
    expect(ended.code, ended.stderr).toBe(0)
    const report = JSON.parse(ended.stdout) as Report
    const fix = report.steps[0]

    // The failing check's own output came back to the same conversation.
    const told = JSON.stringify(simulator.log[3]?.request.body)
    expect(told).toContain('add(2, 3) is 6, it must be 5')
    expect(told).toContain('It is done.')
    expect(simulator.log).toHaveLength(5)

    expect(fix).toMatchObject({ id: 'fix', status: 'passed', files_changed: ['src/add.js'], model: 'sim/model-a' })
    expect(fix?.checks).toMatchObject([{ name: 'tests', status: 'passed' }])
    expect(fix?.outputs.text).toBe('Now it is right.')
    expect(git(folder, 'show', `${fix?.commit}:src/add.js`)).toBe('export const add = (a, b) => a + b\n')
    expect(git(folder, 'show', '-s', '--format=%(trailers:key=Orch-Agent,valueonly)', fix?.commit ?? '').trim()).toBe('developer')

    const invoice = simulator.invoice()
    const pico = invoice.input * PRICE.input * 1e6 + invoice.output * PRICE.output * 1e6 + invoice.cacheRead * PRICE.cache_read * 1e6 + invoice.cacheWrite * PRICE.cache_write * 1e6
    expect(Math.round(report.totals.cost_usd * 1e12)).toBe(Math.round(pico))
    expect(report.totals.requests).toBe(5)
    expect(report.totals.output_tokens).toBe(invoice.output)

    expect(everything(folder)).toEqual(before)
    expect(git(folder, 'status', '--porcelain')).toBe('')
    expect(git(folder, 'worktree', 'list').trim().split('\n')).toHaveLength(1)
    expect(existsSync(join(folder, '.orch-run/worktrees')) ? readdirSync(join(folder, '.orch-run/worktrees')) : []).toEqual([])
    expect(textsBelow(folder).filter(({ text }) => text.includes(KEY)).map(({ path }) => path)).toEqual([])
    expect(ended.stdout + ended.stderr).not.toContain(KEY)
  })
})

describe('the budget of a run', () => {
  it('refuses a call that could exceed it, before it is sent, and stops with 3', async () => {
    const simulator = await startSimulator({ answer: script })
    const text = pipeline('messages', simulator.baseUrl.messages).replace('budget_usd: 5', 'budget_usd: 0.14')
    const folder = repositoryWith({ ...FILES, 'pipeline.yml': text })
    const ended = await orchRun({ cwd: folder, args: ['pipeline.yml', '--json'], env: { SIM_KEY: KEY } })
    await simulator.close()
    expect(ended.code, ended.stderr).toBe(3)
    const report = JSON.parse(ended.stdout) as Report
    expect(report.totals.cost_usd).toBeLessThanOrEqual(0.14)
    expect(report.exceptions).toMatchObject([{ code: 'budget-exceeded' }, { code: 'budget-exceeded' }])
  })

  it('goes on after a resume with what is left of it', async () => {
    const broken: SimAnswer = { status: 400, body: { type: 'error', error: { type: 'invalid_request_error', message: 'no' } } }
    let isBroken = true
    const simulator = await startSimulator({ answer: (request) => (request.answers === 2 && isBroken ? broken : script(request)) })
    const folder = repositoryWith({ ...FILES, 'pipeline.yml': pipeline('messages', simulator.baseUrl.messages) })
    const first = await orchRun({ cwd: folder, args: ['pipeline.yml', '--json', '--run-id', 'r1'], env: { SIM_KEY: KEY } })
    expect(first.code).toBe(1)
    const spent = (JSON.parse(first.stdout) as Report).totals.cost_usd
    isBroken = false
    const poor = await orchRun({ cwd: folder, args: ['resume', 'r1', '--json', '--budget-usd', String(spent)], env: { SIM_KEY: KEY } })
    expect(poor.code).toBe(3)
    expect((JSON.parse(poor.stdout) as Report).totals.cost_usd).toBe(spent)
    const rich = await orchRun({ cwd: folder, args: ['resume', 'r1', '--json'], env: { SIM_KEY: KEY } })
    await simulator.close()
    expect(rich.code, rich.stderr).toBe(0)
    expect((JSON.parse(rich.stdout) as Report).totals.cost_usd).toBeGreaterThan(spent)
  })
})
