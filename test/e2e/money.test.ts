import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { createDaySums } from '../../src/provider/day.ts'
import { orchRun, removeFolders, repositoryWith } from '../rig/program.ts'
import type { Ended } from '../rig/program.ts'
import type { SimAnswer } from '../simulator/answer.ts'
import { startSimulator } from '../simulator/simulator.ts'
import type { Simulator } from '../simulator/simulator.ts'

afterAll(removeFolders)

/** A dollar for a thousand tokens of output, nothing for input: a call that may say 100 tokens is held with 10 cents. */
const PRICES = '{ m: { input: 0, output: 1000 } }'
const KEY = { SIM_KEY: 'canary-key-of-the-simulator' }
const fine: SimAnswer = { text: 'done', usage: { input: 10, output: 50 } }
const down: SimAnswer = { status: 503, body: { type: 'error', error: { type: 'api_error', message: 'down' } } }

function provider(simulator: Simulator): string {
  return `{ type: anthropic, base_url: "${simulator.baseUrl.messages}", api_key_env: SIM_KEY, prices: ${PRICES} }`
}

interface Report {
  run: { status: string; exit_code: number; resume_after: string | null }
  totals: { cost_usd: number; requests: number; retries: number; fallbacks: number; cached_tokens: number }
  budget: { limit_usd: number | null; spent_usd: number; reserved_usd: number }
  steps: { id: string; status: string; cost_usd: number; failure: { code: string; message: string } | null }[]
  exceptions: { code: string; message: string }[]
  routes: { step: string; chosen: string | null; outcome: string; excluded: { model: string; because: string }[] }[]
}

function reportOf(ended: Ended): Report {
  return JSON.parse(ended.stdout) as Report
}

function asks(count: number): string {
  return Array.from({ length: count }, (_, index) => `  ask${index}: { agent: dev, prompt: Say something. }\n`).join('')
}

function bookOf(folder: string, account: string): { readonly days: number; readonly spent: bigint; readonly reserved: bigint; readonly ofAccount: bigint } {
  const days = join(folder, '.orch-run/days')
  const texts = readdirSync(days).filter((name) => name.endsWith('.ndjson')).map((name) => readFileSync(join(days, name), 'utf8'))
  const sums = createDaySums()
  sums.read(texts.join(''))
  return { days: texts.length, ...sums.all(), ofAccount: sums.of(account).spent }
}

describe('the budget of a day', () => {
  it('is never passed by two processes that share a state folder, and is used to its end', async () => {
    const simulator = await startSimulator({ answer: () => fine })
    const pipeline = (name: string): string => `
name: ${name}
providers: { sim: ${provider(simulator)} }
limits: { daily_budget_usd: 1, zone: Asia/Tokyo, concurrency: 6 }
agents: { dev: { model: sim/m, max_output_tokens: 100, instructions: Work. } }
steps:
${asks(16)}`
    const folder = repositoryWith({ 'one.yml': pipeline('one'), 'other.yml': pipeline('other') })
    const ends = await Promise.all(['one.yml', 'other.yml'].map(async (file) => orchRun({ cwd: folder, args: [file, '--json'], env: KEY })))
    await simulator.close()
    const spent = ends.map((ended) => reportOf(ended).totals.cost_usd).reduce((sum, cost) => sum + cost)
    // Each call costs half of what is held for it; both stop when the next hold does not fit any more.
    expect(simulator.invoice().output / 1000).toBeCloseTo(spent, 9)
    expect(spent).toBeLessThanOrEqual(1)
    expect(spent).toBeGreaterThanOrEqual(0.6)
    expect(ends.map(({ code }) => code)).toContain(3)
    const stopped = ends.filter(({ code }) => code === 3).map(reportOf)
    for (const report of stopped) {
      expect(report.exceptions[0]?.message).toMatch(/^a call that may cost \$0\.1000 does not fit into the budget of the day \d{4}-\d\d-\d\d: /)
      // Midnight in Tokyo.
      expect(report.run.resume_after).toMatch(/T15:00:00\.000Z$/)
    }
    expect(bookOf(folder, `anthropic ${simulator.baseUrl.messages} SIM_KEY`)).toMatchObject({ reserved: 0n, spent: BigInt(Math.round(spent * 1e12)) })
  })

  it('holds for pipelines within pipelines of two processes too, and what a stopped run has left of it is spent by its resume', async () => {
    const simulator = await startSimulator({ answer: () => fine })
    const agents = `providers: { sim: ${provider(simulator)} }\nagents: { dev: { model: sim/m, max_output_tokens: 100, instructions: Work. } }\n`
    const limits = (usd: number): string => `limits: { daily_budget_usd: ${usd}, concurrency: 2 }\n`
    const top = (name: string, usd: number): string => `name: ${name}\n${agents}${limits(usd)}steps:\n${asks(1)}  sub: { needs: ask0, pipeline: middle.yml }\n`
    const folder = repositoryWith({
      'one.yml': top('one', 0.42), 'other.yml': top('other', 0.42),
      'middle.yml': `${agents}steps:\n  in: { pipeline: child.yml }\n  out: { needs: in, agent: dev, prompt: Say something. }\n`,
      'child.yml': `${agents}steps:\n${asks(4)}`,
    })
    const ends = await Promise.all(['one', 'other'].map(async (name) => orchRun({ cwd: folder, args: [`${name}.yml`, '--json', '--run-id', name], env: KEY })))
    const cost = (): number => simulator.invoice().output / 1000
    const spent = ends.map((ended) => reportOf(ended).totals.cost_usd).reduce((sum, one) => sum + one)
    expect([cost(), spent <= 0.42, spent >= 0.3]).toEqual([spent, true, true])
    expect(bookOf(folder, `anthropic ${simulator.baseUrl.messages} SIM_KEY`)).toMatchObject({ days: 1, reserved: 0n, spent: BigInt(Math.round(spent * 1e12)) })
    const stopped = ['one', 'other'].filter((_name, index) => ends[index]?.code === 3)
    expect(stopped.length).toBeGreaterThan(0)
    // A run that goes on has what the day has left, and no more: not what it may have had at its first start.
    const [name = ''] = stopped
    const before = reportOf(ends[name === 'one' ? 0 : 1] as Ended).totals.cost_usd
    const resumed = await orchRun({ cwd: folder, args: ['resume', name, '--json'], env: KEY })
    expect([cost() <= 0.42, resumed.code, reportOf(resumed).totals.cost_usd >= before], resumed.stderr).toEqual([true, 3, true])
    await simulator.close()
    const { spent: inBook, reserved } = bookOf(folder, '')
    expect([Number(inBook) / 1e12, reserved]).toEqual([cost(), 0n])
  })

  it('of a provider sends a route elsewhere, and counts for it under another name, too', async () => {
    const simulator = await startSimulator({ answer: () => fine })
    const second = await startSimulator({ answer: () => fine })
    const pipeline = (name: string): string => `
providers: { ${name}: ${provider(simulator)}, other: ${provider(second)} }
limits: { providers: { ${name}: { daily_budget_usd: 0.12 } }, concurrency: 1 }
routes: { r: { models: [${name}/m, other/m] } }
agents: { dev: { route: r, max_output_tokens: 100, instructions: Work. } }
steps:
${asks(1)}`
    const folder = repositoryWith({ 'one.yml': pipeline('mine'), 'two.yml': pipeline('yours') })
    const [one, two] = [await orchRun({ cwd: folder, args: ['one.yml', '--json'], env: KEY }), await orchRun({ cwd: folder, args: ['two.yml', '--json'], env: KEY })]
    await simulator.close()
    await second.close()
    expect([one.code, two.code], two.stderr).toEqual([0, 0])
    expect(reportOf(one).routes.map(({ chosen }) => chosen)).toEqual(['mine/m'])
    expect(reportOf(two).routes).toMatchObject([{ chosen: 'other/m', outcome: 'ok', excluded: [{ model: 'yours/m', because: 'budget' }] }])
    expect(reportOf(two).totals).toMatchObject({ requests: 1, retries: 0, fallbacks: 1 })
  })
})

describe('the budget of a step', () => {
  it('holds for all its cells together, and fails that step alone', async () => {
    const simulator = await startSimulator({ answer: () => fine })
    const folder = repositoryWith({
      'p.yml': `
providers: { sim: ${provider(simulator)} }
limits: { concurrency: 1 }
agents: { dev: { model: sim/m, max_output_tokens: 100, instructions: Work. } }
steps:
  poor: { agent: dev, prompt: Say something., matrix: { n: [1, 2, 3] }, budget_usd: 0.16 }
  rich: { agent: dev, prompt: Say something. }
`,
    })
    const ended = await orchRun({ cwd: folder, args: ['p.yml', '--json'], env: KEY })
    await simulator.close()
    expect(ended.code).toBe(1)
    const report = reportOf(ended)
    expect(report.steps.map(({ id, status }) => [id, status])).toEqual([
      ['poor(n=1)', 'passed'], ['poor(n=2)', 'passed'], ['poor(n=3)', 'failed'], ['rich', 'passed'],
    ])
    expect(report.steps[2]?.failure).toEqual({
      code: 'budget-exceeded', message: 'a call that may cost $0.1000 does not fit into the budget of the step `poor`: $0.1000 of $0.1600 are spent',
    })
    expect(report.totals).toMatchObject({ cost_usd: 0.15, requests: 3 })
  })

  it('that calls a pipeline holds for all that happens in it', async () => {
    const simulator = await startSimulator({ answer: () => fine })
    const folder = repositoryWith({
      'p.yml': 'steps:\n  sub: { pipeline: child.yml, budget_usd: 0.12 }\n',
      'child.yml': `
providers: { sim: ${provider(simulator)} }
agents: { dev: { model: sim/m, max_output_tokens: 100, instructions: Work. } }
limits: { concurrency: 1 }
steps:
${asks(2)}`,
    })
    const ended = await orchRun({ cwd: folder, args: ['p.yml', '--json'], env: KEY })
    await simulator.close()
    expect(ended.code).toBe(1)
    expect(reportOf(ended).steps.map(({ id, status, cost_usd }) => [id, status, cost_usd])).toEqual([
      ['sub', 'failed', 0.05], ['sub/ask0', 'passed', 0.05], ['sub/ask1', 'failed', 0],
    ])
  })
})

describe('what a program says that it has cost', () => {
  const usage = (usd: number): string => `[bash, -c, "cat > /dev/null; echo '{\\"text\\": \\"done\\", \\"usage\\": {\\"cost_usd\\": ${usd}}}'"]`
  const pipeline = (more = ''): string => `
limits: { budget_usd: 1, concurrency: 1 }
agents: { prog: { executor: command, command: ${usage(0.7)} } }
steps:
  one: { agent: prog, prompt: Work.${more} }
  two: { needs: one, agent: prog, prompt: Work. }
  three: { needs: two, run: 'true' }
`

  it('stops the run with 3 when it passes its budget, and keeps the work', async () => {
    const folder = repositoryWith({ 'p.yml': pipeline() })
    const ended = await orchRun({ cwd: folder, args: ['p.yml', '--json', '--run-id', 'r'] })
    expect(ended.code, ended.stderr).toBe(3)
    const report = reportOf(ended)
    expect(report.steps.map(({ status }) => status)).toEqual(['passed', 'passed', 'pending'])
    expect(report.exceptions).toMatchObject([{ code: 'budget-exceeded', message: 'the budget of the run is passed: $1.4000 of $1.0000 are spent' }])
    expect(report.budget).toEqual({ limit_usd: 1, spent_usd: 1.4, reserved_usd: 0 })
    expect(report.run.resume_after).toBeNull()
    const resumed = await orchRun({ cwd: folder, args: ['resume', 'r', '--json', '--budget-usd', '2'] })
    expect([resumed.code, reportOf(resumed).totals.cost_usd, reportOf(resumed).budget.limit_usd], resumed.stderr).toEqual([0, 1.4, 2])
  })

  it('fails the step whose own budget it passes', async () => {
    const folder = repositoryWith({ 'p.yml': pipeline(', budget_usd: 0.5') })
    const ended = await orchRun({ cwd: folder, args: ['p.yml', '--json'] })
    expect(ended.code).toBe(1)
    expect(reportOf(ended).steps[0]).toMatchObject({
      status: 'failed', failure: { code: 'budget-exceeded', message: 'the budget of the step `one` is passed: $0.7000 of $0.5000 are spent' },
    })
  })
})

describe('a called pipeline', () => {
  it('shares the breaker of a broken provider with its caller, and tells that it was left out', async () => {
    const [first, second] = [await startSimulator({ answer: () => down }), await startSimulator({ answer: () => fine })]
    const models = (name: string): string => `
providers: { ${name}: ${provider(first)}, sound: ${provider(second)} }
routes: { r: { models: [${name}/m, sound/m], breaker: { failures: 1, cooldown: 5m } } }
agents: { dev: { route: r, max_output_tokens: 100, instructions: Work. } }
`
    const folder = repositoryWith({
      'p.yml': `${models('a')}steps:\n  ask: { agent: dev, prompt: Say something. }\n  sub: { needs: ask, pipeline: child.yml }\n`,
      'child.yml': `${models('b')}limits: { concurrency: 1 }\nsteps:\n${asks(2)}`,
    })
    const ended = await orchRun({ cwd: folder, args: ['p.yml', '--json'], env: KEY })
    await first.close()
    await second.close()
    expect(ended.code, ended.stderr).toBe(0)
    const report = reportOf(ended)
    expect(first.log.length).toBe(1)
    expect(report.routes.map(({ step, chosen, excluded }) => [step, chosen, excluded])).toEqual([
      ['ask', 'sound/m', [{ model: 'a/m', because: 'overloaded' }]],
      ['sub/ask0', 'sound/m', [{ model: 'b/m', because: 'breaker-open' }]],
      ['sub/ask1', 'sound/m', [{ model: 'b/m', because: 'breaker-open' }]],
    ])
    expect(report.totals).toMatchObject({ requests: 4, retries: 1, fallbacks: 3, cost_usd: 0.15 })
  })

  it('shares the limits of a provider with its caller', async () => {
    let [active, most] = [0, 0]
    const simulator = await startSimulator({
      answer: async () => {
        active += 1
        most = Math.max(most, active)
        // Long enough for all that would come at once to have come.
        await new Promise((resolve) => void setTimeout(resolve, 150))
        active -= 1
        return fine
      },
    })
    const models = (name: string): string => `providers: { ${name}: ${provider(simulator)} }\nagents: { dev: { model: ${name}/m, max_output_tokens: 100, instructions: Work. } }\n`
    const folder = repositoryWith({
      'p.yml': `${models('a')}limits: { concurrency: 8, providers: { a: { concurrency: 1 } } }\nsteps:\n${asks(2)}  sub: { pipeline: child.yml }\n`,
      'child.yml': `${models('b')}steps:\n${asks(2)}`,
    })
    const ended = await orchRun({ cwd: folder, args: ['p.yml', '--json'], env: KEY })
    await simulator.close()
    expect(ended.code, ended.stderr).toBe(0)
    expect([simulator.log.length, most]).toEqual([4, 1])
  })
})
