import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createOwners } from '../../../src/host/owner.ts'
import { newPlace, portsOf, storeAt } from './place.ts'

const SCRIPT = join(import.meta.dirname, 'fixtures/append-for-ever.ts')

/** Lets a process append until it has told `count` numbers and a little longer, then kills it; gives the last number it told. */
async function appendUntilKilled(state: string, count: number, delayMs: number): Promise<number> {
  const child = spawn(process.execPath, [SCRIPT, state], { stdio: ['ignore', 'pipe', 'inherit'] })
  let told = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    told += text
    if (told.split('\n').length > count) setTimeout(() => child.kill('SIGKILL'), delayMs)
  })
  await new Promise((resolve) => child.once('close', resolve))
  return Number(told.slice(0, told.lastIndexOf('\n')).split('\n').at(-1) ?? 0)
}

describe('a process that is killed while it appends', () => {
  it('loses no event that it was promised, and leaves a run that the next process can go on with', { timeout: 60_000 }, async () => {
    const place = newPlace()
    const store = await storeAt(place, { ...portsOf(1), owners: createOwners() })
    let before = 0
    for (let round = 0; round < 12; round += 1) {
      const promised = await appendUntilKilled(store.path, 1 + (round * 7) % 20, (round % 4) * 0.7)
      const read = await store.readRun('r1')
      if (!read.ok) throw new Error(read.error.message)
      expect(promised).toBeGreaterThan(before)
      expect(read.value.run.seq).toBeGreaterThanOrEqual(promised)
      expect(read.value.warnings.filter((warning) => warning.includes('snapshot'))).toEqual([])
      before = promised
    }
  })
})
