import { describe, expect, it } from 'vitest'
import { conversationCost } from '../../../src/plan/conversation.ts'
import type { Conversation } from '../../../src/plan/conversation.ts'
import { AGENTS, previewOf, RATES } from './rig.ts'

const TALK: Conversation = {
  models: ['p/cheap'], takesCheapest: false, instructions: 20, around: 120, prompt: { least: 12, expected: 40, most: 100 },
  maxTurns: 3, maxOutputTokens: 1000, hasTools: true, isVerified: false,
}

/** By hand: a call of so many tokens at the prices of the rig. */
const hold = (input: number): bigint => BigInt(input) * 2n + 10_000n

describe('the cost of a conversation', () => {
  it('is at most the hold of every turn, each longer by the longest answer and the longest result', () => {
    const growth = 1000 + 512 + 30_000
    expect(conversationCost(TALK, RATES)?.most).toBe(hold(220) + hold(220 + growth) + hold(220 + 2 * growth))
    const silent = 1000 + 512
    expect(conversationCost({ ...TALK, hasTools: false }, RATES)?.most).toBe(hold(220) + hold(220 + silent) + hold(220 + 2 * silent))
    expect(conversationCost({ ...TALK, hasTools: false, isVerified: true }, RATES)?.most).toBe(conversationCost(TALK, RATES)?.most)
  })

  it('is at least one call that says next to nothing, and needs the hold of its first request', () => {
    // (20 + 12) / 16 tokens from the cache, and one of output.
    expect(conversationCost(TALK, RATES)).toMatchObject({ least: 2n + 10n, first: hold(132) })
  })

  it('is expected to take a third of the turns, with what was said before read from the cache', () => {
    const start = (120 + 40) / 4
    const first = BigInt(start) * 2n + 5_000n
    expect(conversationCost(TALK, RATES)?.expected).toBe(first)
    const growth = 500 + 1_500
    const second = BigInt(start) + BigInt(growth) * 2n + 5_000n
    const third = BigInt(start + growth) + BigInt(growth) * 2n + 5_000n
    expect(conversationCost({ ...TALK, maxTurns: 7 }, RATES)?.expected).toBe(first + second + third)
    expect(conversationCost({ ...TALK, maxTurns: 7, hasTools: false }, RATES)?.expected).toBe(first)
    expect(conversationCost({ ...TALK, maxOutputTokens: 50 }, RATES)?.expected).toBe(BigInt(start) * 2n + 500n)
  })

  it('is bounded by the dearest of several models, and begins with the cheapest', () => {
    const both = { ...TALK, models: ['p/dear', 'p/cheap'] }
    const [cheap, dear] = [conversationCost(TALK, RATES), conversationCost({ ...TALK, models: ['p/dear'] }, RATES)]
    expect(conversationCost(both, RATES)).toEqual({ first: cheap?.first, least: cheap?.least, expected: dear?.expected, most: dear?.most })
    expect(conversationCost({ ...both, takesCheapest: true }, RATES)?.expected).toBe(cheap?.expected)
    expect(conversationCost({ ...TALK, models: ['p/cheap', 'p/none'] }, RATES)).toBeUndefined()
  })
})

/** The agent `plain` with the prompt `hello`: 2 turns without tools, 1000 tokens of output each. */
const PLAIN = { first: hold(105), least: 2n / 2n + 10n, expected: 27n * 2n + 5_000n, most: hold(105) + hold(105 + 1512) }

describe('the cost of a run', () => {
  it('adds nodes and attempts up, and leaves out what never runs', async () => {
    const { cost } = await previewOf(`${AGENTS}
inputs: { go: { type: boolean } }
steps:
  once: { agent: plain, prompt: hello }
  many: { agent: plain, prompt: hello, matrix: { n: [1, 2, 3] }, retry: { attempts: 2 } }
  off: { agent: plain, prompt: hello, if: inputs.go }
  rescue: { agent: plain, prompt: hello, if: failure(), needs: once }
  open: { agent: plain, prompt: hello, if: steps.once.exit_code == 1, needs: once }
  shell: { run: echo }
`, { inputs: { go: false } })
    expect(Object.fromEntries(cost.steps)).toEqual({
      once: { expected: PLAIN.expected, most: PLAIN.most }, many: { expected: 3n * PLAIN.expected, most: 6n * PLAIN.most },
      off: { expected: 0n, most: 0n }, rescue: { expected: 0n, most: PLAIN.most }, open: { expected: PLAIN.expected, most: PLAIN.most },
    })
    // Four nodes run surely; only the dearest first call must be held in full.
    expect(cost).toMatchObject({ least: 3n * PLAIN.least + PLAIN.first, expected: 5n * PLAIN.expected, most: 9n * PLAIN.most, unknown: [] })
  })

  it('counts a prompt by what is known of it, node by node', async () => {
    const { cost } = await previewOf(`${AGENTS}
inputs: { text: { type: string }, secret: { type: string, secret: true } }
steps:
  a: { run: echo }
  known: { agent: plain, prompt: "\${{ inputs.text }}\${{ matrix.n }}", matrix: { n: [llo, llo] } }
  unknown: { agent: plain, needs: a, prompt: "hello\${{ steps.a.outputs.x }}" }
`, { inputs: { text: 'he', secret: 's' }, unknown: ['secret'] })
    expect(cost.steps.get('known')).toEqual({ expected: 2n * PLAIN.expected, most: 2n * PLAIN.most })
    expect(cost.steps.get('unknown')?.most).toBe(hold(30_105) + hold(30_105 + 1512))
    expect(cost.least).toBe(2n * PLAIN.least + PLAIN.first)
  })

  it('counts what failed checks say only where an agent may repair', async () => {
    const { cost } = await previewOf(`${AGENTS}
checks: { c: { kind: custom, run: ./c } }
steps:
  once: { agent: plain, prompt: hello, verify: [c] }
  again: { agent: plain, prompt: hello, verify: [c], repair: 1 }
`)
    expect([cost.steps.get('once')?.most, cost.steps.get('again')?.most]).toEqual([PLAIN.most, hold(105) + hold(105 + 31_512)])
  })

  it('has no bound where nobody knows how many nodes there will be, unless a budget gives one', async () => {
    const steps = `${AGENTS}
steps:
  a: { run: echo }
  m: { agent: plain, prompt: hello, needs: a, matrix: { n: "\${{ fromJSON(steps.a.outputs.n) }}" } }
`
    const open = await previewOf(steps)
    expect([open.cost.most, open.most, open.cost.least, open.cost.expected]).toEqual([null, null, 0n, PLAIN.expected])
    expect((await previewOf(`limits: { budget_usd: 0.5 }\n${steps}`)).most).toBe(500_000_000_000n)
  })

  it('is lowered by the budgets of agents and of the run', async () => {
    const text = (own: number, all: number): string => `
providers: { p: { type: openai-compatible, base_url: "http://127.0.0.1:1/v1", prices: { dear: free } } }
limits: { budget_usd: ${all} }
agents: { a: { model: p/dear, max_turns: 5, max_output_tokens: 1000, budget_usd: ${own} } }
steps:
  x: { agent: a, prompt: hello }
  y: { agent: a, prompt: hello }
`
    const plan = await previewOf(text(0.0000004, 1))
    expect([plan.cost.most, plan.most, plan.cost.steps.get('x')?.most]).toEqual([400_000n, 400_000n, 400_000n])
    expect((await previewOf(text(1, 0.0000003))).most).toBe(300_000n)
  })

  it('counts a called pipeline as often as it is called, with the inputs that it is given', async () => {
    const child = `${AGENTS}
inputs: { list: { type: json, required: true }, word: { type: string } }
steps:
  m: { agent: plain, prompt: "\${{ inputs.word }}", matrix: { n: "\${{ inputs.list }}" } }
`
    const plan = await previewOf(`
inputs: { word: { type: string } }
steps:
  a: { run: echo }
  both: { pipeline: child.yml, with: { list: [[1, 2], 2], word: "\${{ inputs.word }}llo" } }
  open: { pipeline: child.yml, needs: a, with: { list: "\${{ steps.a.outputs.x }}", word: hello } }
`, { inputs: { word: 'he' }, files: { 'child.yml': child } })
    expect(plan.refusals).toEqual([])
    expect(Object.fromEntries(plan.cost.steps)).toEqual({
      both: { expected: 2n * PLAIN.expected, most: 2n * PLAIN.most }, open: { expected: PLAIN.expected, most: null },
    })
    expect(plan.cost.least).toBe(PLAIN.least + PLAIN.first)
  })
})

describe('a called pipeline', () => {
  const call = 'steps: { c: { pipeline: child.yml, with: { list: [1] } } }'

  it('has no cost that can be told where one of its steps has none', async () => {
    const child = `${AGENTS}\ninputs: { list: { type: json } }\nsteps: { a: { agent: plain, prompt: hello }, b: { agent: program, prompt: hello } }\n`
    const { cost } = await previewOf(call, { files: { 'child.yml': child } })
    expect([cost.unknown, cost.steps.size]).toEqual([['c'], 0])
  })

  it('is not laid out by what must not be shown', async () => {
    const child = `${AGENTS}\ninputs: { list: { type: json, secret: true } }\nsteps: { a: { agent: plain, prompt: hello, matrix: { n: "\${{ inputs.list }}" } } }\n`
    const { cost } = await previewOf(call, { files: { 'child.yml': child } })
    expect([cost.least, cost.most]).toEqual([0n, null])
  })
})

describe('a refusal', () => {
  const steps = (limits: string): string => `${limits}${AGENTS}
steps:
  a: { agent: plain, prompt: hello }
  b: { agent: plain, prompt: hello }
`
  it('is made when the least possible cost is above the budget, and names both', async () => {
    // 11 pico-dollars for the one, 10,210 held for the other.
    const plan = await previewOf(steps('limits: { budget_usd: 0.00000001022 }'))
    expect(plan.cost.least).toBe(10_221n)
    expect(plan.refusals).toEqual([{
      code: 'budget-too-small', message: 'the least possible cost, $0.000000010221, is above the budget of $0.00000001022',
      help: 'give it more by `limits.budget_usd` or `--budget-usd`, or lower `max_output_tokens`, which is held for every call',
    }])
  })

  it('is not made when it just fits, since what is held is given back when a call has ended', async () => {
    expect((await previewOf(steps('limits: { budget_usd: 0.000000010221 }'))).refusals).toEqual([])
  })

  it('is made for the budget of an agent too, and for a model without a price', async () => {
    const plan = await previewOf(`
providers: { p: { type: openai-compatible, base_url: "http://127.0.0.1:1/v1", prices: { cheap: free, none: free } } }
agents:
  poor: { model: p/cheap, max_output_tokens: 1000, budget_usd: 0.00000001 }
  odd: { model: p/none }
steps:
  a: { agent: poor, prompt: hello }
  b: { agent: odd, prompt: hello }
`)
    expect(plan.refusals.map(({ code, message }) => [code, message])).toEqual([
      ['unknown-price', 'the price of `p/none` is not known, so its cost could not be bounded'],
      ['budget-too-small', 'the least possible cost of the agent `poor`, $0.00000001021, is above its budget of $0.00000001'],
    ])
    expect([plan.cost.unknown, plan.cost.steps.has('b')]).toEqual([['b'], false])
  })
})
