import { resolve } from 'node:path'
import type { Clock, Files, Http } from '../base/ports.ts'
import { err } from '../base/result.ts'
import { createAnthropic } from './anthropic.ts'
import type { Lane } from './lane.ts'
import { createConceal } from './conceal.ts'
import type { HttpProvider } from './exchange.ts'
import type { LaneFacts } from './journey.ts'
import type { CallFailureReason, Provider } from './model.ts'
import { createOpenaiCompatible } from './openai-compatible.ts'
import { createOpenai } from './openai.ts'
import type { LanePrice } from './price.ts'
import { findPrice, findWindow } from './prices.ts'
import { createRecorder } from './record.ts'
import type { Redact } from './recording.ts'
import { createReplay } from './replay.ts'
import { PATIENCE } from './watch.ts'
import type { Patience } from './watch.ts'

/** A provider as the author declared it. */
export interface ProviderDeclaration {
  readonly name: string
  readonly type: 'anthropic' | 'openai' | 'openai-compatible' | 'replay'
  readonly apiKeyEnv: string | undefined
  readonly baseUrl: string | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly timeoutMs: number | undefined
  readonly prices: ReadonlyMap<string, LanePrice>
  readonly recording: string | undefined
}

export interface ProviderWorld {
  readonly ports: { readonly http: Http; readonly clock: Clock; readonly files: Files }
  /** What an environment variable holds: keys are looked up by their variable's name. */
  secret(variable: string): string | undefined
  /** The pipeline's own folder, absolute: recordings are relative to it. */
  readonly folder: string
  /** Takes every secret out of a text before it is recorded. */
  readonly redact: Redact
  /** `--record` or `--replay`, with an absolute folder: then all providers are recorded, or none is called. */
  readonly tape?: { readonly mode: 'record' | 'replay'; readonly folder: string }
  /** Shorter in tests. */
  readonly patience?: Patience
}

type Make = (declaration: ProviderDeclaration, world: ProviderWorld) => Provider

const TYPES: Readonly<Record<ProviderDeclaration['type'], Make>> = {
  anthropic: (declaration, world) => keyed(declaration, world, createAnthropic),
  openai: (declaration, world) => keyed(declaration, world, createOpenai),
  'openai-compatible': (declaration, world) => keyed(declaration, world, compatible),
  replay: ({ name, recording }, { folder, redact, ports }) => createReplay(name, resolve(folder, recording ?? '.'), redact, ports.files),
}

/** The providers of a run, ready to be called; a vendor's SDK is loaded at its first call. */
export function createProviders(
  declarations: ReadonlyMap<string, ProviderDeclaration>, world: ProviderWorld,
): ReadonlyMap<string, Provider> {
  const { tape, redact, ports } = world
  const recorder = tape?.mode === 'record' ? createRecorder(tape.folder, redact, ports.files) : undefined
  const make = (declaration: ProviderDeclaration): Provider => {
    if (tape?.mode === 'replay') return createReplay(declaration.name, tape.folder, redact, ports.files)
    const provider = TYPES[declaration.type](declaration, world)
    return recorder?.wrap(provider) ?? provider
  }
  return new Map([...declarations].map(([name, declaration]) => [name, make(declaration)]))
}

/** What a lane costs, by the declaration of its provider. */
export function lanePrices(declarations: ReadonlyMap<string, ProviderDeclaration>): (lane: Lane) => LanePrice | undefined {
  return (lane) => {
    const declaration = declarations.get(lane.provider)
    return declaration && findPrice(declaration, lane.model)
  }
}

/** What is known of a lane's model beside its price, by the declaration of its provider. */
export function laneFacts(declarations: ReadonlyMap<string, ProviderDeclaration>): (lane: Lane) => LaneFacts {
  return (lane) => {
    const declaration = declarations.get(lane.provider)
    const contextWindow = declaration && findWindow(declaration.type, lane.model)
    return contextWindow === undefined ? {} : { contextWindow }
  }
}

/** Where a provider is asked over HTTP, and with which key: nothing of it is for an agent's eyes. */
export function upstreamOf(declaration: ProviderDeclaration, world: Pick<ProviderWorld, 'ports' | 'secret' | 'patience'>): HttpProvider {
  const { name, apiKeyEnv, baseUrl, headers, timeoutMs } = declaration
  const key = apiKeyEnv === undefined ? undefined : world.secret(apiKeyEnv) || undefined
  const patience = { ...(world.patience ?? PATIENCE), ...(timeoutMs === undefined ? {} : { total: timeoutMs }) }
  return { name, key, baseUrl, headers, patience, conceal: createConceal([key, ...Object.values(headers)]), ports: world.ports }
}

function keyed(declaration: ProviderDeclaration, world: ProviderWorld, create: (settings: HttpProvider) => Provider): Provider {
  const { name, apiKeyEnv } = declaration
  const upstream = upstreamOf(declaration, world)
  if (apiKeyEnv !== undefined && upstream.key === undefined) {
    return refusing(name, 'credential', `the key of provider \`${name}\` is missing: set \`${apiKeyEnv}\` in the environment`)
  }
  return create(upstream)
}

function compatible(settings: HttpProvider): Provider {
  const { baseUrl, name } = settings
  if (baseUrl === undefined) return refusing(name, 'invalid-request', `provider \`${name}\` needs a \`base_url\``)
  return createOpenaiCompatible({ ...settings, baseUrl })
}

function refusing(name: string, reason: CallFailureReason, message: string): Provider {
  return { name, call: () => Promise.resolve(err({ reason, message, status: undefined, retryAfterMs: undefined, dispatched: false })) }
}
