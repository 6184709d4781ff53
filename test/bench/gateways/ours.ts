import { createClock } from '../../../src/host/clock.ts'
import { createAdmission } from '../../../src/provider/admission.ts'
import type { Caller } from '../../../src/provider/caller.ts'
import { createConceal } from '../../../src/provider/conceal.ts'
import { createCaller } from '../../../src/provider/create-caller.ts'
import { createLedger } from '../../../src/provider/ledger.ts'
import { createOpenaiCompatible } from '../../../src/provider/openai-compatible.ts'
import { RETRY } from '../../../src/provider/retry.ts'
import { PATIENCE } from '../../../src/provider/watch.ts'
import { listener } from '../../unit/provider/fake-provider.ts'
import type { Contender } from './scenes.ts'

const REQUEST = { model: '', system: undefined, messages: [{ role: 'user' as const, text: 'Say it.' }], tools: [], maxOutputTokens: 100, temperature: undefined }

/** Our caller as a run has it, with the rest of a stream waited for two seconds, as the gateway is told to do. */
export function ours(): Contender {
  const callers = new Map<string, Caller>()
  return {
    name: 'orch-run',
    async ask(base, models, call, limit) {
      const caller = callers.get(base) ?? callerAt(base, limit === undefined ? undefined : 600)
      callers.set(base, caller)
      const lanes = models.map((model) => ({ provider: 'sim', model }))
      const target = { name: 'r', strategy: 'priority' as const, lanes }
      const result = await caller.call(target, REQUEST, listener({ node: `n${call}`, attempt: 1, call: 0 }), new AbortController().signal)
      return result.ok ? result.value.message.text : undefined
    },
  }
}

function callerAt(baseUrl: string, rpm: number | undefined): Caller {
  const clock = createClock()
  const provider = createOpenaiCompatible({
    name: 'sim', key: 'none', headers: {}, patience: { ...PATIENCE, first: 2_000, idle: 2_000 }, conceal: createConceal([]), baseUrl,
    ports: { http: { fetch: globalThis.fetch }, clock },
  })
  const limits = new Map(rpm === undefined ? [] : [['sim', { rpm, burst: 1 / rpm }]])
  const settings = { price: () => 'free' as const, admission: createAdmission(createLedger(new Map()), () => ['run']), retry: RETRY, limits }
  return createCaller(new Map([['sim', provider]]), settings, { clock, random: { fraction: () => Math.random(), hex: () => '' } })
}
