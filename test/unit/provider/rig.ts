import { createConceal } from '../../../src/provider/conceal.ts'
import { createAnthropic } from '../../../src/provider/anthropic.ts'
import type { HttpProvider } from '../../../src/provider/exchange.ts'
import type { ModelRequest, Provider } from '../../../src/provider/model.ts'
import { createOpenaiCompatible } from '../../../src/provider/openai-compatible.ts'
import { createOpenai } from '../../../src/provider/openai.ts'
import type { Patience } from '../../../src/provider/watch.ts'
import type { Protocol, SimAnswer, SimRequest } from '../../simulator/answer.ts'
import { startSimulator } from '../../simulator/simulator.ts'
import type { Simulator } from '../../simulator/simulator.ts'
import { createManualClock } from './manual-clock.ts'
import type { ManualClock } from './manual-clock.ts'

export const KEY = 'test-key-that-must-never-be-seen-0123456789'

/** Every stage lasts differently long, so that a test can wait for the very timer. */
export const STAGES: Patience = { headers: 30_001, first: 60_002, idle: 60_003, content: 300_004, rest: 1_005, total: 600_006 }

export const PROTOCOLS: readonly Protocol[] = ['messages', 'responses', 'chat']

export const REQUEST: ModelRequest = {
  model: 'some-model', system: 'You fix things.', messages: [{ role: 'user', text: 'Fix it.' }],
  tools: [{
    name: 'read_file', description: 'Reads a file.',
    input: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] },
  }],
  maxOutputTokens: 1000, temperature: undefined,
}

export interface Rig extends AsyncDisposable {
  readonly provider: Provider
  readonly simulator: Simulator
  readonly clock: ManualClock
}

/** A provider of the protocol, over its real SDK and a real socket, against a simulator with this script. */
export async function createRig(
  protocol: Protocol, answer: (request: SimRequest) => SimAnswer, settings: Partial<HttpProvider> = {},
): Promise<Rig> {
  const simulator = await startSimulator({ answer })
  const clock = createManualClock()
  const http: HttpProvider & { readonly baseUrl: string } = {
    name: 'sim', key: KEY, headers: {}, patience: STAGES, conceal: createConceal([KEY]),
    ports: { http: { fetch: globalThis.fetch }, clock }, ...settings, baseUrl: settings.baseUrl ?? simulator.baseUrl[protocol],
  }
  return { provider: providerOf(protocol, http), simulator, clock, [Symbol.asyncDispose]: () => simulator.close() }
}

export function providerOf(protocol: Protocol, settings: HttpProvider & { readonly baseUrl: string }): Provider {
  switch (protocol) {
    case 'messages': return createAnthropic(settings)
    case 'responses': return createOpenai(settings)
    case 'chat': return createOpenaiCompatible(settings)
  }
}

export function neverAborted(): AbortSignal {
  return new AbortController().signal
}
