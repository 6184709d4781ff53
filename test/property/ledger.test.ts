import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Clock } from '../../src/base/ports.ts'
import { err, ok } from '../../src/base/result.ts'
import { createAdmission } from '../../src/provider/admission.ts'
import { mostCost } from '../../src/provider/bound.ts'
import { createCaller } from '../../src/provider/create-caller.ts'
import { createLedger } from '../../src/provider/ledger.ts'
import type { ModelReply, ModelRequest, Provider } from '../../src/provider/model.ts'
import { RETRY } from '../../src/provider/retry.ts'

const PRICE = { input: 3n, output: 7n, cacheRead: 1n, cacheWrite: 4n }
const BASE: ModelRequest = { model: 'm', system: undefined, messages: [], tools: [], maxOutputTokens: 1, temperature: undefined }

/** How one call goes: how much it asks for and uses, and how its requests end. */
const call = fc.record({
  output: fc.integer({ min: 1, max: 2000 }),
  used: fc.integer({ min: 1, max: 100 }),
  ends: fc.array(fc.constantFrom('ok', 'lost', 'refused', 'overloaded', 'bug'), { minLength: 4, maxLength: 4 }),
  isAborted: fc.boolean(),
})

const sixtyFour = fc.array(call, { minLength: 64, maxLength: 64 })

const instant: Clock = {
  now: () => 0,
  elapsed: () => 0,
  after: (_ms, callback) => {
    queueMicrotask(callback)
    return () => {}
  },
}

it('no interleaving of 64 calls that fit their holds ever passes the limit, leaves a hold, or loses a cost', async () => {
  await fc.assert(
    fc.asyncProperty(sixtyFour, fc.integer({ min: 5_000, max: 500_000 }), fc.scheduler(), async (calls, size, scheduler) => {
      const limit = BigInt(size)
      const ledger = createLedger(new Map([['run', { limit, spent: 0n }]]))
      let told = 0n
      const watch = (): void => {
        const { spent, reserved } = ledger.state('run')
        expect(spent + reserved <= limit && reserved >= 0n).toBe(true)
      }
      const runs = calls.map(async ({ output, used, ends, isAborted }, index) => {
        let made = 0
        const provider: Provider = {
          name: 'p',
          async call(request, { signal }) {
            await scheduler.schedule(Promise.resolve())
            watch()
            const failure = { message: '', status: undefined, retryAfterMs: undefined }
            if (signal.aborted) return err({ ...failure, reason: 'aborted', dispatched: true })
            const end = ends[made]
            made += 1
            if (end === 'bug') throw new Error('bug')
            if (end === 'ok' || end === undefined) return ok(reply(Math.ceil((request.maxOutputTokens * used) / 100)))
            const reason = end === 'overloaded' ? 'overloaded' : end === 'lost' ? 'cut-stream' : 'invalid-request'
            return err({ ...failure, reason, dispatched: end === 'lost' })
          },
        }
        const controller = new AbortController()
        const caller = createCaller(
          new Map([['p', provider]]), { price: () => PRICE, admission: createAdmission(ledger, () => ['run']), retry: RETRY },
          { clock: instant, random: { fraction: () => 0.5, hex: () => '' } },
        )
        const pause = async (): Promise<void> => {
          await scheduler.schedule(Promise.resolve())
          watch()
        }
        const tell = {
          reserved: pause,
          settled: async ({ cost }: { readonly cost: string }) => {
            told += BigInt(cost)
            await pause()
          },
          decided: pause, text: () => {}, slot: { node: 'n', attempt: 1, call: index },
        }
        if (isAborted) void scheduler.schedule(Promise.resolve()).then(() => controller.abort())
        await caller.call(
          { provider: 'p', model: 'm' }, { ...BASE, maxOutputTokens: output }, tell, controller.signal,
        ).catch((error: unknown) => expect(String(error)).toBe('Error: bug'))
      })
      await scheduler.waitFor(Promise.all(runs))
      expect(ledger.state('run')).toEqual({ limit, spent: told, reserved: 0n })
    }),
    { numRuns: 40 },
  )
})

it('a budget is used to 95 % and more when every call is small against it', async () => {
  const small = { ...BASE, maxOutputTokens: 100 }
  const hold = mostCost(small, PRICE)
  const limit = hold * 100n
  const ledger = createLedger(new Map([['run', { limit, spent: 0n }]]))
  for (let index = 0; index < 200; index += 1) {
    if (ledger.hold(String(index), hold, ['run']).ok) ledger.settle(String(index), hold - BigInt(index % 7))
  }
  const { spent } = ledger.state('run')
  expect(spent <= limit && spent * 100n >= limit * 95n).toBe(true)
})

function reply(output: number): ModelReply {
  const message: ModelReply['message'] = { role: 'assistant', text: '', toolCalls: [] }
  return { message, stop: 'end', usage: { input: 1, output, cacheRead: 0, cacheWrite: 0 }, model: 'm', requestId: undefined }
}
