import { readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { git, removeFolders, repositoryWith } from '../rig/program.ts'
import { installPrograms } from '../rig/programs.ts'
import { failures, runFor } from '../rig/report.ts'
import type { SimAnswer, SimRequest } from '../simulator/answer.ts'
import { startSimulator } from '../simulator/simulator.ts'

afterAll(removeFolders)

const installed = installPrograms()
if ('reason' in installed) console.log(`skipped: the real agent programs: ${installed.reason}`)
const bin = 'bin' in installed ? installed.bin : ''
const KEY = 'canary-key-of-the-provider-7781'

/** Writes down all that a child can reach of the key: its environment, those of every process that it sees, their arguments, its files. */
const SPY = `cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n' > seen.txt; env >> seen.txt; grep -rs 'can[a]ry-' "$HOME" /tmp -l 2>/dev/null | head -5 >> seen.txt; echo b > b.txt`

interface Kind {
  readonly executor: string
  readonly type: string
  readonly speaks: 'messages' | 'responses' | 'generate'
  readonly shell: (command: string) => SimAnswer
}

const KINDS: readonly Kind[] = [
  { executor: 'claude-code', type: 'anthropic', speaks: 'messages', shell: (command) => ({ calls: [{ name: 'Bash', input: { command, description: 'Works' } }], usage: { input: 900, output: 40, cacheRead: 10, cacheWrite: 300 } }) },
  { executor: 'codex', type: 'openai', speaks: 'responses', shell: (cmd) => ({ calls: [{ name: 'exec_command', input: { cmd } }], usage: { input: 900, output: 40, cacheRead: 10 } }) },
  { executor: 'gemini', type: 'openai-compatible', speaks: 'generate', shell: (command) => ({ calls: [{ name: 'run_shell_command', input: { command } }], usage: { input: 900, output: 40, cacheRead: 10 } }) },
]

function results(request: SimRequest): number {
  return request.turns.filter((turn) => turn.role === 'tool').length
}

async function scene({ executor, type, speaks }: Kind, answer: (request: SimRequest) => SimAnswer, more = '') {
  const simulator = await startSimulator({ answer })
  const folder = repositoryWith({ 'a.txt': 'a\n', 'p.yml': `
providers: { sim: { type: ${type}, base_url: "${simulator.baseUrl[speaks]}", api_key_env: SIM_KEY, prices: { claude-sonnet-4-5: { input: 3, output: 15 }, gpt-5: { input: 3, output: 15 }, gemini-2.5-pro: { input: 3, output: 15 } } } }
agents: { dev: { executor: ${executor}, model: sim/${{ messages: 'claude-sonnet-4-5', responses: 'gpt-5', generate: 'gemini-2.5-pro' }[speaks]}, instructions: Be brief., permissions: full } }
checks: { there: { kind: custom, run: grep -q ready b.txt } }
${more}
steps: { work: { agent: dev, prompt: Write b.txt., verify: [there], repair: 1 } }
` })
  const env = { SIM_KEY: KEY, GITHUB_TOKEN: 'canary-token-of-the-job', PATH: `${bin}:${join(import.meta.dirname, '../../node_modules/.bin')}:${process.env.PATH ?? ''}` }
  return { simulator, folder, start: { env, timeoutMs: 120_000 } }
}

/** Every file below a folder that holds a text. */
function holding(folder: string, text: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => {
    const path = join(folder, name)
    return statSync(path, { throwIfNoEntry: false })?.isFile() === true && readFileSync(path).includes(text)
  })
}

describe.skipIf(bin === '').each(KINDS)('the real $executor', (kind) => {
  it('does a change that is repaired in its session, verified and committed, counted as it is billed, and never meets the key', { timeout: 180_000 }, async () => {
    const { simulator, folder, start } = await scene(kind, (request) => {
      const done = { text: 'I did it.', usage: { input: 50, output: 5 } }
      if (results(request) === 0) return kind.shell(SPY)
      const isSentBack = JSON.stringify(request.turns).includes('there') && request.turns.at(-1)?.role === 'user'
      return isSentBack ? kind.shell('echo ready > b.txt') : done
    })
    const { report } = await runFor(0, folder, ['p.yml'], start)
    await simulator.close()
    const [step] = report.steps as unknown as readonly Record<string, unknown>[]
    const billed = simulator.invoice()
    expect(report.totals).toMatchObject({ input_tokens: billed.input + billed.cacheRead + billed.cacheWrite, output_tokens: billed.output, requests: simulator.log.length })
    expect(report.exceptions.filter(({ code }) => code === 'usage-differs')).toEqual([])
    expect(step).toMatchObject({ status: 'passed', files_changed: ['b.txt', 'seen.txt'], program: { name: kind.executor, version: expect.stringMatching(/^\d+\.\d+\.\d+/), sha256: expect.stringMatching(/^[0-9a-f]{64}$/) } })
    expect(git(folder, 'show', `${String(step?.commit)}:b.txt`)).toBe('ready\n')
    // The second turn went on with the session: the first one's calls are in it.
    expect(simulator.log.some(({ request }) => results(request) >= 2)).toBe(true)
    const seen = git(folder, 'show', `${String(step?.commit)}:seen.txt`)
    expect(seen).toMatch(/^ORCH_NODE=work$/m)
    expect(seen).not.toMatch(/canary-(key|token)/)
    for (const { request } of simulator.log) expect(Object.values(request.headers).join('\n')).toContain(KEY)
    expect(holding(folder, KEY)).toEqual([])
  })

  it('is stopped by a budget, which says why', { timeout: 180_000 }, async () => {
    const { simulator, folder, start } = await scene(kind, () => ({ ...kind.shell('echo x >> x.txt'), usage: { input: 20_000, output: 20_000 } }), 'limits: { budget_usd: 1.5 }')
    const { report } = await runFor(3, folder, ['p.yml'], start)
    await simulator.close()
    expect(failures(report).work).toMatch(/^budget-exceeded: a call that may cost .* does not fit into the budget of the run/)
    const billed = simulator.invoice()
    const cost = (billed.input * 3 + billed.output * 15) / 1e6
    expect(report.totals.cost_usd).toBeCloseTo(cost, 9)
    expect(cost).toBeLessThanOrEqual(1.5)
    expect(simulator.log.length).toBeGreaterThan(0)
  })
})
