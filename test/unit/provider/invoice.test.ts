import { expect, it } from 'vitest'
import { createAdmission } from '../../../src/provider/admission.ts'
import { createCaller } from '../../../src/provider/create-caller.ts'
import { createLedger } from '../../../src/provider/ledger.ts'
import type { Provider, Usage } from '../../../src/provider/model.ts'
import { costOf } from '../../../src/provider/price.ts'
import { findPrice } from '../../../src/provider/prices.ts'
import { RETRY } from '../../../src/provider/retry.ts'
import type { SimFault } from '../../simulator/answer.ts'
import { listener } from './fake-provider.ts'
import { createInstantClock } from './manual-clock.ts'
import { createRig, neverAborted, PROTOCOLS, REQUEST } from './rig.ts'

const PRICE = findPrice({ type: 'anthropic', prices: new Map() }, 'claude-sonnet-4-5') ?? 'free'

it.each(PROTOCOLS)('over %s, what is told is what the vendor charges, and never less where an answer is lost', async (protocol) => {
  const usage = (number: number): Usage => ({ input: 101 + number, output: 7, cacheRead: 1003, cacheWrite: 11 })
  await using rig = await createRig(protocol, ({ number }) => ({ text: 'x', usage: usage(number) }))
  const told = await callTimes(rig.provider, 5)
  expect(told.spent).toBe(costOf(rig.simulator.invoice(), PRICE))
  expect(told.settled).toBe(told.spent)

  const faults: SimFault[] = [
    { kind: 'reset' }, ...[0, 1, 2, 3, 4, 5].flatMap((after): SimFault[] => [{ kind: 'cut', after }, { kind: 'end', after }]),
  ]
  for (const fault of faults) {
    await using broken = await createRig(
      protocol, ({ number }) => ({ text: 'x', usage: usage(number), ...(number === 0 ? { fault } : {}) }),
    )
    const { spent, settled, reserved } = await callTimes(broken.provider, 1)
    expect(spent >= costOf(broken.simulator.invoice(), PRICE)).toBe(true)
    expect([settled, reserved]).toEqual([spent, 0n])
  }
})

async function callTimes(provider: Provider, times: number): Promise<{ spent: bigint; settled: bigint; reserved: bigint }> {
  const ledger = createLedger(new Map())
  const settings = { price: () => PRICE, admission: createAdmission(ledger, () => ['run']), retry: RETRY }
  const ports = { clock: createInstantClock(), random: { fraction: () => 0, hex: () => '' } }
  const caller = createCaller(new Map([['sim', provider]]), settings, ports)
  let settled = 0n
  for (let call = 0; call < times; call += 1) {
    const told = listener({ node: 'fix', attempt: 1, call })
    await caller.call({ provider: 'sim', model: 'm' }, REQUEST, told, neverAborted())
    settled += told.events.reduce((sum, [kind, event]) => (kind === 'settled' ? sum + BigInt(event.cost) : sum), 0n)
  }
  const { spent, reserved } = ledger.state('run')
  return { spent, settled, reserved }
}
