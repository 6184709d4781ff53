import type { Clock, Random } from '../base/ports.ts'
import { err } from '../base/result.ts'
import type { Result } from '../base/result.ts'
import type { Admission } from './admission.ts'
import { mostCost } from './bound.ts'
import type { Caller, CallTeller, Decision, Lane, Refusal } from './caller.ts'
import type { CallFailure, CallFailureReason, ModelReply, ModelRequest, Provider } from './model.ts'
import type { LanePrice } from './price.ts'
import { retryDelay } from './retry.ts'
import type { RetryPolicy } from './retry.ts'
import { sendPaid } from './send-paid.ts'

export interface CallerSettings {
  /** Undefined where no price is known: then nothing is sent. */
  price(lane: Lane): LanePrice | undefined
  readonly admission: Admission
  readonly retry: RetryPolicy
}

export interface CallerPorts {
  readonly clock: Clock
  readonly random: Random
}

/** The caller of a run: every request is priced, admitted, durably reserved, sent and settled; what may be repeated, is. */
export function createCaller(providers: ReadonlyMap<string, Provider>, settings: CallerSettings, ports: CallerPorts): Caller {
  return {
    async call(lane, request, tell, signal) {
      const order = { lane, request: { ...request, model: lane.model }, tell, signal }
      const { outcome, result } = await callLane(providers, settings, ports, order)
      await tell.decided(decision(lane, outcome))
      return result
    },
  }
}

interface Order {
  readonly lane: Lane
  readonly request: ModelRequest
  readonly tell: CallTeller
  readonly signal: AbortSignal
}

interface Outcome {
  readonly outcome: 'ok' | 'budget' | 'unpriced' | CallFailureReason
  readonly result: Result<ModelReply, Refusal>
}

async function callLane(
  providers: ReadonlyMap<string, Provider>, settings: CallerSettings, ports: CallerPorts, order: Order,
): Promise<Outcome> {
  const { lane, request, tell, signal } = order
  const provider = providers.get(lane.provider)
  if (provider === undefined) return failed(refused('invalid-request', `there is no provider \`${lane.provider}\``))
  const price = settings.price(lane)
  if (price === undefined) return { ...failed(refused('invalid-request', unpriced(lane))), outcome: 'unpriced' }
  const hold = mostCost(request, price)
  const { node, attempt, call } = tell.slot
  for (let made = 1; ; made += 1) {
    const id = `${node}#${attempt}.${call}.${made}`
    const admitted = settings.admission.admit({ id, lane, slot: tell.slot, hold })
    if (!admitted.ok) return { outcome: 'budget', result: err({ kind: 'budget', ...admitted.error }) }
    const answer = await sendPaid({ provider, lane, request, price, hold, id, permit: admitted.value, tell, signal, isRetry: made > 1 })
    if (answer.ok) return { outcome: 'ok', result: answer }
    const delay = retryDelay(answer.error, made, settings.retry, ports.random.fraction())
    if (delay === undefined) return failed(answer.error)
    const isTime = await waited(delay, ports.clock, signal)
    if (!isTime) return failed(refused('aborted', `the call of provider \`${lane.provider}\` was aborted`))
  }
}

function failed(failure: CallFailure): Outcome {
  return { outcome: failure.reason, result: err({ kind: 'failed', failure }) }
}

function refused(reason: CallFailureReason, message: string): CallFailure {
  return { reason, message, status: undefined, retryAfterMs: undefined, dispatched: false }
}

function unpriced(lane: Lane): string {
  return `no price is known for \`${lane.provider}/${lane.model}\`: give one under \`prices\` of the provider, or say \`free\` there`
}

function decision(lane: Lane, outcome: Outcome['outcome']): Decision {
  const model = `${lane.provider}/${lane.model}`
  const isBarred = outcome === 'budget' || outcome === 'unpriced'
  return { route: null, chosen: isBarred ? null : model, reason: 'model', excluded: isBarred ? [{ model, because: outcome }] : [], outcome }
}

/** False when it was aborted instead. */
async function waited(ms: number, clock: Clock, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return false
  return await new Promise((resolve) => {
    const stop = (): void => {
      cancel()
      resolve(false)
    }
    const cancel = clock.after(ms, () => {
      signal.removeEventListener('abort', stop)
      resolve(true)
    })
    signal.addEventListener('abort', stop, { once: true })
  })
}
