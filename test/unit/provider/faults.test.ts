import { describe, expect, it } from 'vitest'
import type { CallFailure, ModelReply } from '../../../src/provider/model.ts'
import type { Result } from '../../../src/base/result.ts'
import type { Protocol, SimAnswer, SimFault } from '../../simulator/answer.ts'
import { createRig, KEY, neverAborted, PROTOCOLS, REQUEST, STAGES } from './rig.ts'
import type { Rig } from './rig.ts'

const REPLY = { text: 'Done and done.', calls: [{ name: 'read_file', input: { path: 'a.ts' } }], usage: { input: 100, output: 20 } }

/** How many events the answer has before the one that makes it whole. */
const LAST: Readonly<Record<Protocol, number>> = { messages: 11, responses: 8, chat: 5 }

function failing(reason: CallFailure['reason'], message: string, dispatched: boolean): { ok: false; error: CallFailure } {
  return { ok: false, error: { reason, message, status: undefined, retryAfterMs: undefined, dispatched } }
}

async function answerTo(
  protocol: Protocol, answer: SimAnswer, act: (rig: Rig) => Promise<void> = () => Promise.resolve(), patience = STAGES,
): Promise<Result<ModelReply, CallFailure>> {
  await using rig = await createRig(protocol, () => answer, { patience })
  const [result] = await Promise.all([rig.provider.call(REQUEST, { signal: neverAborted() }), act(rig)])
  expect(rig.simulator.log.length).toBe(1)
  expect(rig.clock.pending()).toBe(0)
  // What was given up does not stay open.
  if (!result.ok && result.error.reason === 'timeout') await rig.simulator.closed(1)
  expect(JSON.stringify(result)).not.toContain(KEY)
  return result
}

function faulty(fault: SimFault): SimAnswer {
  return { ...REPLY, fault }
}

describe.each(PROTOCOLS)('over %s, one request goes out and', (protocol) => {
  it('a connection that breaks before any answer may have cost something', async () => {
    const result = await answerTo(protocol, faulty({ kind: 'reset' }))
    expect(result).toEqual(
      failing('connection', expect.stringMatching(/^provider `sim` could not be reached: (ECONNRESET|UND_ERR_SOCKET)$/) as string, true),
    )
  })

  it('a server that takes the request and says nothing is given up at the limit for headers', async () => {
    const result = await answerTo(protocol, faulty({ kind: 'stall-before-headers' }), async ({ clock, simulator }) => {
      await simulator.arrived(1)
      clock.advance(STAGES.headers)
    })
    expect(result).toEqual(failing('timeout', 'provider `sim` did not answer within 30.0s', true))
  })

  it('headers without an event are given up at the limit for the first event', async () => {
    const result = await answerTo(protocol, faulty({ kind: 'stall', after: 0 }), async ({ clock }) => {
      await clock.armed(STAGES.first)
      clock.advance(STAGES.first)
    })
    expect(result).toEqual(failing('timeout', 'provider `sim` sent no event within 1m 00s', true))
  })

  it('a stream that stalls is given up at the limit for idleness', async () => {
    const result = await answerTo(protocol, faulty({ kind: 'stall', after: 3 }), async ({ clock }) => {
      await clock.armed(STAGES.content)
      clock.advance(STAGES.idle)
    })
    expect(result).toEqual(failing('timeout', 'provider `sim` sent nothing for 1m 00s', true))
  })

  it('a stream that stays open without an end is given up at the limit of the whole call', async () => {
    const result = await answerTo(protocol, faulty({ kind: 'stall', after: 3 }), async ({ clock }) => {
      await clock.armed(STAGES.content)
      clock.advance(45_000)
    }, { ...STAGES, total: 45_000 })
    expect(result).toEqual(failing('timeout', 'provider `sim` did not finish within 45.0s', true))
  })

  it('a stream that is cut is no answer, wherever it is cut before its last event', async () => {
    for (let after = 0; after <= LAST[protocol]; after += 1) {
      expect(await answerTo(protocol, faulty({ kind: 'cut', after }))).toEqual(
        failing('cut-stream', 'provider `sim` broke off its answer', true),
      )
    }
  })

  it('a stream that ends cleanly without its last event is no answer', async () => {
    for (let after = 0; after <= LAST[protocol]; after += 1) {
      const result = await answerTo(protocol, faulty({ kind: 'end', after }))
      expect(result).toEqual(failing('cut-stream', 'provider `sim` ended its answer without its last event', true))
    }
  })

  it('an event that is no JSON spoils the answer', async () => {
    expect(
      await answerTo(protocol, faulty({ kind: 'broken-event', after: 3 })),
    ).toEqual(failing('cut-stream', 'provider `sim` broke off its answer', true))
  })

  it('an error within the stream is told by its word', async () => {
    const code = protocol === 'messages' ? 'overloaded_error' : 'server_error'
    const result = await answerTo(protocol, faulty({ kind: 'error-event', after: 2, code, message: 'too busy' }))
    expect(result).toEqual(failing('overloaded', 'provider `sim` failed within its answer: too busy', true))
  })

  it('a body that does not end after the last event is no loss', async () => {
    const result = await answerTo(protocol, faulty({ kind: 'linger' }), async ({ clock }) => {
      await clock.armed(STAGES.rest)
      clock.advance(STAGES.rest)
    })
    expect(result).toMatchObject({ ok: true, value: { message: { text: 'Done and done.' }, usage: { input: 100, output: 20 } } })
  })

  it('pings keep the connection, but not for ever', async () => {
    const result = await answerTo(protocol, faulty({ kind: 'pings', after: 3 }), async ({ clock, simulator }) => {
      await clock.armed(STAGES.content)
      for (let ping = 0; ping < 6; ping += 1) {
        const heard = clock.nextArmed(STAGES.idle)
        simulator.ping()
        await heard
        clock.advance(50_000)
      }
      clock.advance(10)
    })
    expect(result).toEqual(failing('timeout', 'provider `sim` said nothing for 5m 00s', true))
  })

  it('a call is over at once when it is aborted, before and within the answer', async () => {
    for (const fault of [{ kind: 'stall-before-headers' }, { kind: 'stall', after: 3 }] as const) {
      await using rig = await createRig(protocol, () => faulty(fault))
      const controller = new AbortController()
      const calling = rig.provider.call(REQUEST, { signal: controller.signal })
      await rig.simulator.arrived(1)
      if (fault.kind === 'stall') await rig.clock.armed(STAGES.content)
      controller.abort()
      await rig.simulator.closed(1)
      expect(await calling).toEqual(failing('aborted', 'the call of provider `sim` was aborted', true))
      expect(rig.clock.pending()).toBe(0)
    }
  })

  it('a call that is aborted before it begins sends nothing and costs nothing', async () => {
    await using rig = await createRig(protocol, () => REPLY)
    expect(await rig.provider.call(REQUEST, { signal: AbortSignal.abort() })).toEqual(
      failing('aborted', 'the call of provider `sim` was aborted', false),
    )
    expect(rig.simulator.log).toEqual([])
  })

  it('a server that is not there has done no work', async () => {
    const gone = await createRig(protocol, () => REPLY)
    await gone.simulator.close()
    expect(await gone.provider.call(REQUEST, { signal: neverAborted() })).toEqual(
      failing('connection', 'provider `sim` could not be reached: ECONNREFUSED', false),
    )
  })
})
