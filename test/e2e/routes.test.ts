import { afterAll, describe, expect, it } from 'vitest'
import { orchRun, removeFolders, repositoryWith } from '../rig/program.ts'
import type { SimAnswer } from '../simulator/answer.ts'
import { startSimulator } from '../simulator/simulator.ts'
import type { Simulator } from '../simulator/simulator.ts'

const PRICES = '{ m: { input: 3, output: 15 } }'
const KEYS = { FIRST_KEY: 'canary-key-of-the-first', SECOND_KEY: 'canary-key-of-the-second' }

function pipeline(first: Simulator, second: Simulator, limits: string): string {
  return `version: 1
providers:
  first: { type: anthropic, base_url: "${first.baseUrl.messages}", api_key_env: FIRST_KEY, prices: ${PRICES} }
  second: { type: openai, base_url: "${second.baseUrl.responses}", api_key_env: SECOND_KEY, prices: ${PRICES} }
routes:
  coding: { models: [first/m, second/m], retry: { attempts: 4, backoff: 1ms, max_delay: 1ms } }
limits: ${limits}
agents: { dev: { route: coding, instructions: Work. } }
steps: { ask: { agent: dev, prompt: Say something. } }
`
}

const fine = (text: string): SimAnswer => ({ text, usage: { input: 100, output: 10 } })
const broken: SimAnswer = { status: 503, body: { type: 'error', error: { type: 'api_error', message: 'down' } } }
const exhausted: SimAnswer = { status: 429, headers: { 'retry-after': '3600' }, body: { type: 'error', error: { type: 'rate_limit_error', message: 'later' } } }

async function tried(one: SimAnswer, other: SimAnswer, limits = '{}') {
  const first = await startSimulator({ answer: () => one })
  const second = await startSimulator({ answer: () => other })
  const cwd = repositoryWith({ 'pipeline.yml': pipeline(first, second, limits) })
  const ended = await orchRun({ cwd, args: ['pipeline.yml', '--json'], env: KEYS })
  await first.close()
  await second.close()
  const report = JSON.parse(ended.stdout) as {
    run: { resume_after: string | null }
    routes: { route: string; chosen: string; excluded: { model: string; because: string }[]; outcome: string }[]
    steps: { model: string; outputs: { text: string } }[]
    exceptions: { code: string; severity: string; next: string }[]
  }
  return { ended, report }
}

afterAll(removeFolders)

describe('a route', () => {
  it('asks its first model while that answers', async () => {
    const { ended, report } = await tried(fine('from the first'), fine('from the second'))
    expect(ended.code, ended.stderr).toBe(0)
    expect(report.steps[0]).toMatchObject({ model: 'first/m', outputs: { text: 'from the first' } })
    expect(report.routes).toMatchObject([{ route: 'coding', chosen: 'first/m', excluded: [], outcome: 'ok' }])
  })

  it('goes on with the next one when a provider fails, and says why', async () => {
    const { ended, report } = await tried(broken, fine('from the second'))
    expect(ended.code, ended.stderr).toBe(0)
    expect(report.steps[0]).toMatchObject({ model: 'second/m', outputs: { text: 'from the second' } })
    expect(report.routes[0]).toMatchObject({ chosen: 'second/m', excluded: [{ model: 'first/m' }] })
  })

  it('stops the run with 3 and tells when to go on, where every quota comes back too late', async () => {
    const { ended, report } = await tried(exhausted, exhausted, '{ max_wait: 1s }')
    expect(ended.code, ended.stderr).toBe(3)
    expect(Date.parse(report.run.resume_after ?? '')).toBeGreaterThan(Date.now() + 3_000_000)
    expect(report.exceptions[0]).toMatchObject({ code: 'quota-exhausted' })
  })

  it('warns when a share of the budget is used', async () => {
    const { ended, report } = await tried(fine('x'), fine('x'), '{ budget_usd: 0.2, warn_at: [0.5, 0.99] }')
    expect(ended.code, ended.stderr).toBe(0)
    expect(report.exceptions).toMatchObject([{ code: 'budget-warning', severity: 'warning' }])
  })
})
