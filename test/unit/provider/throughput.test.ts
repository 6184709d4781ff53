import { describe, expect, it } from 'vitest'
import { createAdmission } from '../../../src/provider/admission.ts'
import { createCaller } from '../../../src/provider/create-caller.ts'
import { createLedger } from '../../../src/provider/ledger.ts'
import type { ProviderLimits } from '../../../src/provider/limits.ts'
import type { ModelRequest } from '../../../src/provider/model.ts'
import { RETRY } from '../../../src/provider/retry.ts'
import { createQuota } from '../../simulator/quota.ts'
import type { QuotaLimits } from '../../simulator/quota.ts'
import { listener } from './fake-provider.ts'
import { quotaProvider, seeded } from './quota-provider.ts'
import { neverAborted } from './rig.ts'
import { createVirtualClock } from './virtual-clock.ts'

const MINUTE = 60_000
const LANE = { provider: 'p', model: 'm' }

interface Load {
  readonly calls: number
  readonly atOnce: number
  readonly ours: ProviderLimits
  readonly theirs: QuotaLimits
  readonly maxOutput: number
  /** By how much what is expected differs from the truth, each way. */
  readonly error: number
  /** How differently long a request may be under way. */
  readonly jitterMs: number
}

type Tokens = { input: number; output: number; cacheRead: number; cacheWrite: number }

interface Measured {
  readonly answered: number
  readonly refused: number
  /** Of what the vendor allowed after the first minute: the part that was used, by dimension. */
  readonly used: { readonly rpm: number; readonly itpm: number; readonly otpm: number; readonly tpm: number }
}

async function measure(load: Load): Promise<Measured> {
  const clock = createVirtualClock()
  const chance = seeded(load.calls + load.maxOutput)
  const quota = createQuota(load.theirs, clock.elapsed())
  const marks: { at: number; admitted: number; input: number; output: number }[] = []
  const truths = new Map<string, { usage: Tokens; ms: number }>()
  const truth = (request: ModelRequest): { usage: Tokens; ms: number } => {
    const found = truths.get(request.system ?? '')
    if (found === undefined) throw new Error('an unknown request')
    return found
  }
  const provider = quotaProvider(quota, clock, truth, () => 20 + chance() * load.jitterMs)
  const settings = {
    price: () => 'free' as const, admission: createAdmission(createLedger(new Map()), () => ['run']),
    retry: { ...RETRY, maxWaitMs: 24 * 60 * MINUTE }, limits: new Map([['p', load.ours]]),
  }
  const caller = createCaller(new Map([['p', provider]]), settings, { clock, random: { fraction: chance, hex: () => '' } })
  let next = 0
  let answered = 0
  const worker = async (): Promise<void> => {
    for (let call = next; call < load.calls; call = next) {
      next += 1
      const text = 'x'.repeat(Math.round(600 + chance() * 20_000))
      const request: ModelRequest = {
        model: 'm', system: `${call}`, messages: [{ role: 'user', text }], tools: [], maxOutputTokens: load.maxOutput, temperature: undefined,
      }
      const guess = 0.3 * (text.length + 1_060)
      const input = Math.round(guess * (1 - load.error + 2 * load.error * chance()))
      const output = Math.round(load.maxOutput * Math.min(1, 0.1 + chance()))
      truths.set(String(call), { usage: { input, output, cacheRead: 0, cacheWrite: 0 }, ms: 500 + output * 4 })
      const result = await caller.call(LANE, request, listener({ node: `n${call}`, attempt: 1, call: 0 }), neverAborted())
      if (result.ok) answered += 1
      marks.push({ at: clock.elapsed(), ...quota.counts })
    }
  }
  await clock.run(Promise.all(Array.from({ length: load.atOnce }, worker)))
  // From the end of the first minute to when the last calls begin: what drains out at the end is no steady state.
  const from = marks.find(({ at }) => at >= MINUTE)
  const last = marks[marks.length - load.atOnce - 1]
  if (from === undefined || last === undefined) throw new Error('the load is over before it is warm')
  const minutes = (last.at - from.at) / MINUTE
  const part = (amount: number, limit: number | undefined): number => amount / minutes / (limit ?? Number.POSITIVE_INFINITY)
  const [input, output] = [last.input - from.input, last.output - from.output]
  return {
    answered, refused: quota.counts.refused,
    used: {
      rpm: part(last.admitted - from.admitted, load.theirs.rpm), itpm: part(input, load.theirs.itpm),
      otpm: part(output, load.theirs.otpm), tpm: part(input + output, load.theirs.tpm),
    },
  }
}

const BASE = { calls: 3_000, atOnce: 128, maxOutput: 1_000, error: 0.15, jitterMs: 60 }

describe('3,000 calls, 128 at once, keep to a limit of requests without a single refusal', () => {
  it.each([
    ['a burst of one request, though we expect a tenth of a minute', 1 / 600, 0.1, 0.45],
    ['a burst of a tenth of a minute', 0.1, 0.1, 0.92], ['a burst of a whole minute', 1, 1, 0.97],
  ])('with %s', async (_name, theirs, ours, least) => {
    const measured = await measure({
      ...BASE, ours: { rpm: 600, burst: ours }, theirs: { rpm: 600, burst: theirs, charging: 'reserve', vendor: 'openai' },
    })
    expect(measured).toMatchObject({ answered: 3_000, refused: 0 })
    expect(measured.used.rpm).toBeGreaterThanOrEqual(least)
  })
})

describe('3,000 calls keep to a limit of tokens, though what they need is only known to 15 %', () => {
  const loads: readonly [string, Partial<ProviderLimits>, keyof Measured['used'], number][] = [
    ['input', { itpm: 800_000 }, 'itpm', 4_096], ['output', { otpm: 120_000 }, 'otpm', 4_096], ['all', { tpm: 800_000 }, 'tpm', 1_000],
  ]
  const cases = loads.flatMap(([name, limits, dimension, maxOutput]) => {
    return (['reserve', 'actual'] as const).flatMap((charging) => [0.1, 1].map((burst) => {
      return { name, limits, dimension, maxOutput, charging, burst }
    }))
  })
  it.each(cases)('of $name, $charging charged, with a burst of $burst', async ({ limits, dimension, maxOutput, charging, burst }) => {
    const vendor = dimension === 'tpm' ? 'openai' : 'anthropic'
    const measured = await measure({
      ...BASE, maxOutput, ours: { ...limits, burst }, theirs: { ...limits, burst, charging, vendor },
    })
    expect(measured.answered).toBe(3_000)
    // Where not even three of the longest answers fit into what may be used at once, one in a thousand may be refused.
    expect(measured.refused).toBeLessThanOrEqual(dimension === 'otpm' && burst === 0.1 && charging === 'actual' ? 3 : 0)
    expect(measured.used[dimension]).toBeGreaterThanOrEqual(0.9)
  })
})

it.each([0.1, 1])('a limit that is half of what was configured costs at most three refusals, with a burst of %d', async (burst) => {
  for (const vendor of ['anthropic', 'openai'] as const) {
    const measured = await measure({
      ...BASE, calls: 2_000, ours: { rpm: 600, burst }, theirs: { rpm: 300, burst, charging: 'reserve', vendor },
    })
    expect(measured.answered).toBe(2_000)
    expect(measured.refused).toBeLessThanOrEqual(3)
    expect(measured.used.rpm).toBeGreaterThanOrEqual(0.9)
  }
})
