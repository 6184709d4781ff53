import { spawnSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { removeFolders } from '../rig/program.ts'
import { PLAIN_CALLS, everyPoint, strace } from './calls.ts'
import { tryKill, undisturbed } from './trial.ts'
import type { Model, Trial } from './trial.ts'
import { inTurns, isFull, seeded } from './volume.ts'

afterAll(removeFolders)

/** Calls that change a file system or make it durable, or end the use of a file. Between two of them the disk stays as it is. */
const CALLS = [
  'fsync', 'fdatasync', 'rename', 'renameat2', 'link', 'symlink', 'unlink', 'rmdir', 'mkdir', 'ftruncate', 'copy_file_range', 'fchmod', 'chmod', 'lchown',
  'fchown', 'utimensat', 'pwrite64', 'writev', 'openat', 'write', 'close',
]

/** So few that the rest of the tests has time, in the places where the state on the disk changes in kind. */
const FEW: readonly (readonly [string, number])[] = [
  ['link', 2], ['link', 3], ['fsync', 9], ['rename', 1], ['unlink', 1], ['unlink', 3], ['fdatasync', 1], ['fdatasync', 3], ['fdatasync', 6], ['fdatasync', 9],
  ['mkdir', 12],
]

/** Some of these calls alone: `ORCH_VOLUME_CALLS=fsync,rename`. */
const ONLY = process.env.ORCH_VOLUME_CALLS?.split(',')

const RANDOM_KILLS = isFull ? 300 : 5

let model: Model
beforeAll(async () => {
  model = await undisturbed()
})

function killAt(call: string, count: number): Promise<Trial> {
  return tryKill(model, { under: strace('/dev/null', '-e', `trace=${call}`, '-e', `inject=${call}:signal=SIGKILL:when=${count}`), env: PLAIN_CALLS })
}

describe('SIGKILL', () => {
  const hasStrace = spawnSync('strace', ['-V']).status === 0
  it.skipIf(!hasStrace)('at a call of the file system loses no acknowledged step, pays nothing twice, and the resume ends as the undisturbed run (needs strace)', { timeout: 5_400_000 }, async () => {
    const kinds: Record<string, number> = {}
    const wrong = await inTurns(isFull ? await everyPoint(CALLS.filter((call) => ONLY?.includes(call) ?? true)) : FEW, async ([call, count]) => {
      const trial = await killAt(call, count)
      const kind = trial.signal === null ? 'undisturbed' : trial.kind
      kinds[kind] = (kinds[kind] ?? 0) + 1
      return trial.wrong.map((words) => `${call} ${count}: ${words}`)
    })
    console.log('killed at a call:', kinds)
    expect(wrong).toEqual([])
    expect([kinds.before, kinds.within]).toEqual([expect.any(Number), expect.any(Number)])
  })

  it('at a random instant does neither', { timeout: 5_400_000 }, async () => {
    const random = seeded(20261127)
    const kinds: Record<string, number> = {}
    const wrong = await inTurns(Array.from({ length: RANDOM_KILLS }, () => random() * 1.3), async (fraction) => {
      const onStart = (pid: number): void => void setTimeout(() => {
        try { process.kill(pid, 'SIGKILL') } catch { /* It was faster. */ }
      }, fraction * model.ms)
      const trial = await tryKill(model, { onStart })
      kinds[trial.kind] = (kinds[trial.kind] ?? 0) + 1
      return trial.wrong.map((words) => `after ${fraction.toFixed(4)} of the time: ${words}`)
    })
    console.log('killed at random:', kinds)
    expect(wrong).toEqual([])
    expect(kinds.within).toBeGreaterThan(0)
  })
})
