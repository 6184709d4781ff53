import { describe, expect, it } from 'vitest'
import { costOf } from '../../../src/provider/price.ts'
import type { AnyProtocol } from '../../simulator/answer.ts'
import { KEY, PRICE, proxyRig } from './rig.ts'

const PROTOCOLS: readonly AnyProtocol[] = ['messages', 'responses', 'chat', 'generate']
const USAGE = { input: 20, output: 7, cacheRead: 100, cacheWrite: 0 }

describe.each(PROTOCOLS)('a program that asks its model by %s', (protocol) => {
  it('gets the answer as it was said, and is charged what the provider bills', async () => {
    await using rig = await proxyRig(protocol, () => ({ text: 'Hello yourself', usage: USAGE }))
    const response = await rig.ask(protocol)
    const text = await response.text()
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream'])
    for (const half of ['Hello y', 'ourself']) expect(text).toContain(half)
    expect(rig.simulator.invoice()).toEqual(USAGE)
    expect(rig.lease.counted()).toEqual({ requests: 1, usage: USAGE, cost: costOf(USAGE, PRICE), lost: 0 })
    expect(rig.told.settled).toEqual([{ call: 'work#1.0.1', cost: String(costOf(USAGE, PRICE)), basis: 'measured', usage: USAGE, retries: 0 }])
    expect(rig.budget()).toMatchObject({ spent: costOf(USAGE, PRICE), reserved: 0n })
    expect(rig.told.decided.map(({ chosen, outcome }) => [chosen, outcome])).toEqual([['sim/m', 'ok']])
  })

  it('shows a placeholder, and the provider sees the key and nothing else of the program', async () => {
    await using rig = await proxyRig(protocol, () => ({ text: 'Hello' }))
    await (await rig.ask(protocol, {}, { headers: { cookie: 'a=b', 'x-secret': 's', 'proxy-authorization': 'p' } })).text()
    const headers: Readonly<Record<string, string>> = rig.simulator.log[0]?.request.headers ?? {}
    expect(Object.values(headers).join('\n')).not.toContain(rig.lease.key)
    expect(Object.values(headers).filter((value) => value.includes(KEY))).toHaveLength(1)
    expect(Object.keys(headers).filter((name) => ['cookie', 'x-secret', 'proxy-authorization'].includes(name))).toEqual([])
    expect(headers['x-team']).toBe('platform')
  })

  it('is refused with another key, and at every other address, before anything is sent', async () => {
    await using rig = await proxyRig(protocol, () => ({ text: 'Hello' }))
    const refused = [
      await rig.ask(protocol, {}, { key: KEY }), await rig.ask(protocol, {}, { key: '' }), await rig.ask(protocol, {}, { path: '/v1/files' }),
      await rig.ask(protocol, {}, { path: '/v1/messages/batches' }), await rig.ask(protocol, {}, { path: '/../v1/responses/../files' }),
    ]
    expect(refused.map(({ status }) => status)).toEqual([401, 401, 404, 404, 404])
    for (const response of refused) expect((await response.json() as { error: { message: string } }).error.message).toMatch(/^this is no key|is not let through/)
    expect([rig.simulator.log.length, rig.told.reserved.length]).toEqual([0, 0])
  })

  it('is told in its vendor’s words that the budget is used up, and must then be stopped', async () => {
    await using rig = await proxyRig(protocol, () => ({ text: 'Hello' }), { budgetUsd: 0.001 })
    const response = await rig.ask(protocol)
    expect([response.status, response.headers.get('x-should-retry')]).toEqual([402, 'false'])
    expect((await response.json() as { error: { message: string } }).error.message).toMatch(/^a call that may cost .* does not fit into the budget of the run/)
    expect([rig.lease.stop.aborted, rig.lease.reason()]).toEqual([true, expect.objectContaining({ kind: 'budget', scope: 'run' })])
    expect([rig.simulator.log.length, rig.told.reserved.length, rig.budget().reserved]).toEqual([0, 0, 0n])
    expect(rig.told.decided.map(({ chosen, outcome }) => [chosen, outcome])).toEqual([[null, 'budget']])
  })

  it('is charged with all that was held for an answer that breaks off', async () => {
    await using rig = await proxyRig(protocol, () => ({ text: 'Hello yourself', fault: { kind: 'cut', after: 1 } }))
    const response = await rig.ask(protocol)
    await expect(response.text()).rejects.toThrow()
    await rig.lease.close()
    const hold = rig.told.reserved[0]?.hold ?? ''
    expect(rig.told.settled.map(({ cost, basis }) => [cost, basis])).toEqual([[hold, 'hold']])
    expect([rig.lease.counted().lost, rig.budget().reserved]).toEqual([1, 0n])
    expect(rig.lease.lastFailure()?.reason).toBe('cut-stream')
  })

  it('is charged nothing for an error, which reaches it with its advice and without the key', async () => {
    const body = { error: { type: 'overloaded_error', code: 'server_error', message: `no room for ${KEY}` } }
    await using rig = await proxyRig(protocol, () => ({ status: 503, headers: { 'retry-after': '7', 'set-cookie': 'a=b' }, body }))
    const response = await rig.ask(protocol)
    expect([response.status, response.headers.get('retry-after'), response.headers.get('set-cookie')]).toEqual([503, '7', null])
    expect(await response.json()).toEqual({ error: { ...body.error, message: 'no room for ***' } })
    expect(rig.told.settled.map(({ cost, basis }) => [cost, basis])).toEqual([['0', 'none']])
    expect(rig.lease.lastFailure()).toMatchObject({ reason: 'overloaded', message: 'provider `sim` answered 503: no room for ***' })
  })
})

describe('a program', () => {
  it('that goes away in the middle of an answer is charged with all that was held', async () => {
    await using rig = await proxyRig('messages', () => ({ text: 'Hello', fault: { kind: 'stall', after: 2 } }))
    const abort = new AbortController()
    const response = await rig.ask('messages', {}, { signal: abort.signal })
    await response.body?.getReader().read()
    abort.abort()
    await rig.simulator.closed(1)
    await rig.lease.close()
    expect(rig.told.settled.map(({ basis, cost }) => [basis, cost])).toEqual([['hold', rig.told.reserved[0]?.hold]])
  })

  it('that is stopped while its model thinks leaves nothing open', async () => {
    await using rig = await proxyRig('responses', () => ({ text: 'Hello', fault: { kind: 'stall-before-headers' } }))
    const asked = rig.ask('responses').catch(() => undefined)
    await rig.simulator.arrived(1)
    rig.stop.abort()
    await rig.lease.close()
    await asked
    expect([rig.told.settled.length, rig.budget().reserved]).toEqual([1, 0n])
  })

  it('asks the model that its agent has, whatever it wanted, and no more output than it may', async () => {
    await using rig = await proxyRig('messages', () => ({ text: 'Hello' }))
    await (await rig.ask('messages', { model: 'dearest', max_tokens: 1_000_000, thinking: { type: 'enabled', budget_tokens: 900_000 } })).text()
    expect(rig.simulator.log[0]?.request.body).toMatchObject({ model: 'm', max_tokens: 1000, thinking: { budget_tokens: 1024 } })
  })

  it('without a model of its agent is held to those whose price is known', async () => {
    await using rig = await proxyRig('chat', () => ({ text: 'Hello' }), { order: { model: undefined } })
    await (await rig.ask('chat', { model: 'other' })).text()
    const refused = await rig.ask('chat', { model: 'unpriced' })
    expect([rig.simulator.log.map(({ request }) => request.model), refused.status]).toEqual([['other'], 400])
    expect(await refused.text()).toContain('no price is known for `sim/unpriced`')
    expect(rig.lease.model()).toBe('unpriced')
  })

  it('that may take so many turns is stopped at the next one', async () => {
    await using rig = await proxyRig('responses', () => ({ text: 'Hello' }), { order: { maxCalls: 2 } })
    for (const _turn of [1, 2]) await (await rig.ask('responses')).text()
    expect([(await rig.ask('responses')).status, rig.lease.reason(), rig.simulator.log.length]).toEqual([402, { kind: 'calls', most: 2 }, 2])
  })

  it('waits for a limit that its provider tells of, and is stopped for one that lasts too long', async () => {
    let asked = 0
    await using rig = await proxyRig('messages', () => {
      asked += 1
      return asked === 1 ? { status: 429, headers: { 'retry-after-ms': '200' }, body: {} } : asked === 2 ? { text: 'Hello' } : { status: 429, headers: { 'retry-after': '3600' }, body: {} }
    })
    expect([(await rig.ask('messages')).status, rig.lease.stop.aborted]).toEqual([429, false])
    const began = performance.now()
    expect((await rig.ask('messages')).status).toBe(200)
    expect(performance.now() - began).toBeGreaterThan(150)
    expect([(await rig.ask('messages')).status, rig.lease.reason()?.kind]).toEqual([429, 'quota'])
  })

  it('may count tokens and list models, which costs nothing', async () => {
    await using rig = await proxyRig('messages', () => ({ text: 'Hello' }))
    const counted = await rig.ask('messages', {}, { path: '/v1/messages/count_tokens' })
    expect([counted.status, Object.keys(await counted.json() as object)]).toEqual([200, ['input_tokens']])
    expect(rig.told.reserved).toEqual([])
  })

  it.each(['messages', 'responses'] as const)('over %s is counted by its provider where its bytes do not fit and its tokens may', async (protocol) => {
    const text = 'word '.repeat(20_000)
    const more = protocol === 'messages' ? { messages: [{ role: 'user', content: text }] } : { input: text, max_output_tokens: 100 }
    // A hundred thousand bytes, of which a quarter are tokens: at most 37 cents, or 12 at least.
    await using rig = await proxyRig(protocol, () => ({ text: 'Hello', usage: { input: 25_000, output: 5 } }), { budgetUsd: 0.15 })
    expect((await rig.ask(protocol, more)).status).toBe(200)
    const [body] = rig.simulator.counted
    expect([rig.simulator.counted.length, body?.['model'], body?.['max_tokens'], body?.['stream']]).toEqual([1, 'm', undefined, undefined])
    const hold = Number(rig.told.reserved[0]?.hold) / 1e12
    expect(hold).toBeGreaterThan(0.09)
    expect(hold).toBeLessThan(0.11)
    await using poor = await proxyRig(protocol, () => ({ text: 'Hello' }), { budgetUsd: 0.05 })
    expect([(await poor.ask(protocol, more)).status, poor.simulator.counted, poor.simulator.log]).toEqual([402, [], []])
  })

  it('is not let through with a compressed, a huge or a broken body', async () => {
    await using rig = await proxyRig('messages', () => ({ text: 'Hello' }))
    const refused = [
      await rig.ask('messages', {}, { headers: { 'content-encoding': 'gzip' } }), await rig.ask('messages', {}, { body: '[1]' }), await rig.ask('messages', {}, { body: '{"a"' }),
      await rig.ask('messages', {}, { body: `{"a":"${'x'.repeat(34_000_000)}"}` }),
    ]
    expect(refused.map(({ status }) => status)).toEqual([400, 400, 400, 413])
    expect(rig.simulator.log).toEqual([])
  })
})
