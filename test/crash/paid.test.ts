import { afterAll, expect, it } from 'vitest'
import { orchRun, removeFolders, repositoryWith } from '../rig/program.ts'
import { runFor, statuses } from '../rig/report.ts'
import type { Report } from '../rig/report.ts'
import { startSimulator } from '../simulator/simulator.ts'
import { isFull } from './volume.ts'

afterAll(removeFolders)

/** A thousandth of a dollar for a token of either kind. */
const PRICE = 0.001
const USAGE = { input: 300, output: 40 }
/** How many events of an answer came before it stood still; some of them in the small run. */
const POINTS: readonly (number | 'before-headers')[] = isFull ? ['before-headers', 0, 1, 2, 3, 4, 5, 6, 7, 8] : ['before-headers', 1, 7]
/** So long an event is on its way at most. */
const ON_ITS_WAY_MS = 100

const PROTOCOLS = [['anthropic', 'messages'], ['openai', 'responses']] as const

it.each(PROTOCOLS)('with %s, a SIGKILL at any event of a paid call tells no less after the resume than the vendor charges', { timeout: 120_000 }, async (type, protocol) => {
  for (const point of POINTS) {
    const simulator = await startSimulator({
      answer: ({ number }) => ({
        text: 'Done and done.', usage: USAGE,
        // The first call of the run is whole, the second stands still at this point.
        ...(number !== 1 ? {} : { fault: point === 'before-headers' ? { kind: 'stall-before-headers' } : { kind: 'stall', after: point } }),
      }),
    })
    const folder = repositoryWith({
      'p.yml': `
providers: { sim: { type: ${type}, base_url: "${simulator.baseUrl[protocol]}", api_key_env: KEY, prices: { m: { input: 1000, output: 1000 } } } }
agents: { dev: { model: sim/m, max_output_tokens: 100, instructions: Work. } }
limits: { budget_usd: 100 }
steps:
  first: { agent: dev, prompt: Say something. }
  second: { agent: dev, needs: first, prompt: Say something else. }
`,
    })
    const env = { KEY: 'canary-key-of-the-simulator' }
    const killed = await orchRun({
      cwd: folder, args: ['p.yml', '--run-id', 'r1', '--ui', 'silent'], env,
      onStart: (pid) => void simulator.arrived(2).then(() => setTimeout(() => process.kill(pid, 'SIGKILL'), ON_ITS_WAY_MS)),
    })
    expect(killed.code, `${point}`).not.toBe(0)
    const { report } = await runFor(0, folder, ['resume', 'r1'], { env })
    const invoice = simulator.invoice()
    await simulator.close()
    expect(simulator.log.length, `${point}`).toBe(3)
    expect(report.totals.cost_usd, `${point}`).toBeGreaterThanOrEqual((invoice.input + invoice.output) * PRICE)
    expect((report as Report & { budget: { reserved_usd: number } }).budget.reserved_usd, `${point}`).toBe(0)
    expect(statuses(report), `${point}`).toEqual({ first: 'passed', second: 'passed' })
  }
})
