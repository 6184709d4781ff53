import { describe, expect, it } from 'vitest'
import type { ProviderDeclaration, ProviderWorld } from '../../../src/provider/registry.ts'
import { createProviders, lanePrices } from '../../../src/provider/registry.ts'
import { startSimulator } from '../../simulator/simulator.ts'
import { failure } from './fake-provider.ts'
import { createManualClock } from './manual-clock.ts'
import { createMemoryFiles } from './memory-files.ts'
import { neverAborted, REQUEST } from './rig.ts'

const NOWHERE: ProviderWorld['ports'] = {
  http: { fetch: () => Promise.reject(new Error('nothing may be sent')) }, clock: createManualClock(), files: createMemoryFiles().files,
}

function declared(more: Partial<ProviderDeclaration>): ProviderDeclaration {
  return {
    name: 'p', type: 'anthropic', apiKeyEnv: undefined, baseUrl: undefined, headers: {}, timeoutMs: undefined,
    prices: new Map(), recording: undefined, ...more,
  }
}

function worldOf(more: Partial<ProviderWorld> = {}): ProviderWorld {
  return { ports: NOWHERE, secret: () => undefined, folder: '/home/me/pipelines', redact: (text) => text, ...more }
}

async function ask(declaration: ProviderDeclaration, world: ProviderWorld): Promise<unknown> {
  const provider = createProviders(new Map([['p', declaration]]), world).get('p')
  return await provider?.call(REQUEST, { signal: neverAborted(), slot: { node: 'fix', attempt: 1, call: 0 } })
}

describe('a declared provider', () => {
  it.each(
    [['anthropic', 'messages'], ['openai', 'responses'], ['openai-compatible', 'chat']] as const,
  )('of type %s is called with the key of its variable', async (type, protocol) => {
    const simulator = await startSimulator({ answer: () => ({ text: 'hello' }) })
    const ports = { ...NOWHERE, http: { fetch: globalThis.fetch } }
    const declaration = declared({ type, apiKeyEnv: 'MY_KEY', baseUrl: simulator.baseUrl[protocol], headers: { 'x-team': 'blue' } })
    const result = await ask(declaration, worldOf({ ports, secret: (name) => (name === 'MY_KEY' ? 'the-key' : undefined) }))
    expect(result).toMatchObject({ ok: true, value: { message: { text: 'hello' } } })
    expect(simulator.log[0]?.request.headers).toMatchObject({ authorization: 'Bearer the-key', 'x-team': 'blue' })
    await simulator.close()
  })

  it('without its key sends nothing, and names the variable', async () => {
    for (const key of [undefined, '']) {
      const result = await ask(declared({ apiKeyEnv: 'MY_KEY' }), worldOf({ secret: () => key }))
      expect(result).toEqual({
        ok: false, error: failure('credential', { message: 'the key of provider `p` is missing: set `MY_KEY` in the environment' }),
      })
    }
  })

  it('with a key that no header can hold sends nothing and does not show it', async () => {
    const result = await ask(declared({ apiKeyEnv: 'MY_KEY' }), worldOf({ secret: () => 'first-line\nsecond-line' }))
    expect(result).toMatchObject({ ok: false, error: { reason: 'invalid-request', dispatched: false } })
    expect(JSON.stringify(result)).not.toMatch(/first-line|second-line/)
  })

  it('that is compatible needs an address', async () => {
    expect(await ask(declared({ type: 'openai-compatible' }), worldOf())).toEqual({
      ok: false, error: failure('invalid-request', { message: 'provider `p` needs a `base_url`' }),
    })
  })

  it('of type replay reads its recording beside the pipeline', async () => {
    const folder = '/home/me/pipelines/recording'
    const message = `call 1 of \`fix\`, attempt 1, is not in the recording \`${folder}\`: record it again with \`--record ${folder}\``
    expect(
      await ask(declared({ type: 'replay', recording: './recording' }), worldOf()),
    ).toEqual({ ok: false, error: failure('recording-missing', { message }) })
  })
})

describe('with a tape', () => {
  it('a run is recorded over the real provider and replayed in its place, without its key', async () => {
    const simulator = await startSimulator({ answer: () => ({ text: 'hello', usage: { input: 7, output: 2 } }) })
    const { files } = createMemoryFiles()
    const declaration = declared({ apiKeyEnv: 'MY_KEY', baseUrl: simulator.baseUrl.messages })
    const ports = { ...NOWHERE, files, http: { fetch: globalThis.fetch } }
    await ask(declaration, worldOf({ ports, secret: () => 'the-key', tape: { mode: 'record', folder: '/rec' } }))
    await simulator.close()
    const replayed = await ask(declaration, worldOf({ ports: { ...NOWHERE, files }, tape: { mode: 'replay', folder: '/rec' } }))
    expect(replayed).toMatchObject({ ok: true, value: { message: { text: 'hello' }, usage: { input: 7, output: 2 } } })
  })
})

it('a lane costs what its provider declares, or what its type and model cost', () => {
  const local = declared({ name: 'local', type: 'openai-compatible', prices: new Map([['qwen', 'free']]) })
  const price = lanePrices(new Map([['a', declared({ name: 'a' })], ['local', local]]))
  expect(price({ provider: 'a', model: 'claude-haiku-4-5' })).toMatchObject({ input: 1_000_000n })
  expect(price({ provider: 'local', model: 'qwen' })).toBe('free')
  expect(price({ provider: 'local', model: 'gpt-5' })).toBeUndefined()
  expect(price({ provider: 'nobody', model: 'gpt-5' })).toBeUndefined()
})
