import type { Processes } from '../../src/base/ports.ts'
import { noSandbox, yard } from '../rig/sandbox.ts'
import { median, row } from './measure.ts'

const ROUNDS = 60

/** What a command costs more inside of the sandbox than outside: both in turn in one process, with and without a way to the network. */
export async function benchSandbox(): Promise<void> {
  if (noSandbox !== undefined) {
    process.stdout.write(`a command in the sandbox: ${noSandbox}\n`)
    return
  }
  const place = yard()
  try {
    const plain = await place.open({ mode: 'off' })
    for (const [name, allowHosts] of [['without a network', []], ['with the egress proxy', ['registry.npmjs.org']]] as const) {
      const sandbox = await place.open({ allowHosts })
      const pairs: (readonly [number, number])[] = []
      for (let round = 0; round < ROUNDS; round += 1) pairs.push([await time(sandbox.processes, place.tree), await time(plain.processes, place.tree)])
      await sandbox.close()
      const added = median(pairs.map(([inside, outside]) => inside - outside))
      const [inside, outside] = [median(pairs.map(([one]) => one)), median(pairs.map(([, other]) => other))]
      process.stdout.write(row([`a command in the sandbox, ${name}, wall`, 'the same outside', `+ ${added.toFixed(1)} ms`, '≤ 15 ms', `${inside.toFixed(1)} ms`, `${outside.toFixed(1)} ms`]))
    }
  } finally {
    place.remove()
  }
}

async function time(processes: Processes, cwd: string): Promise<number> {
  const began = performance.now()
  const child = await processes.start({ argv: ['bash', '-c', 'true'], cwd, env: { PATH: process.env.PATH ?? '' }, onStdout: () => {}, onStderr: () => {} })
  await child.ended
  return performance.now() - began
}
