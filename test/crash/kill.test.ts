import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { folderWith, removeFolders } from '../rig/program.ts'
import { launch, newScene } from './scene.ts'
import { tryKill, undisturbed } from './trial.ts'
import type { Model, Trial } from './trial.ts'
import { inTurns, isFull, seeded } from './volume.ts'

afterAll(removeFolders)

/** Calls that change a file system or make it durable, or end the use of a file. Between two of them the disk stays as it is. */
const CALLS = [
  'fsync', 'fdatasync', 'rename', 'renameat2', 'link', 'symlink', 'unlink', 'rmdir', 'mkdir', 'ftruncate', 'copy_file_range', 'fchmod', 'chmod', 'lchown',
  'fchown', 'utimensat', 'pwrite64', 'writev', 'openat', 'write', 'close',
]

/** A run does not make the very same number of calls each time: so many more are tried as well. */
const SLACK = 3

/** So few that the rest of the tests has time, in the places where the state on the disk changes in kind. */
const FEW: readonly (readonly [string, number])[] = [
  ['link', 2], ['link', 3], ['fsync', 9], ['rename', 1], ['unlink', 3], ['fdatasync', 1], ['fdatasync', 3], ['fdatasync', 6], ['fdatasync', 9],
  ['mkdir', 12],
]

/** Some of these calls alone: `ORCH_VOLUME_CALLS=fsync,rename`. */
const ONLY = process.env.ORCH_VOLUME_CALLS?.split(',')

const RANDOM_KILLS = isFull ? 300 : 5

let model: Model
beforeAll(async () => {
  model = await undisturbed()
})

/** Our threads only: what we start is let go as soon as it is another program. */
function killAt(call: string, count: number): Promise<Trial> {
  const under = ['strace', '-f', '-b', 'execve', '-o', '/dev/null', '-e', `trace=${call}`, '-e', `inject=${call}:signal=SIGKILL:when=${count}`]
  return tryKill(model, { under, env: { UV_USE_IO_URING: '0' } })
}

/** Each of these calls with the greatest count that a thread of an undisturbed run comes to. */
async function everyPoint(): Promise<(readonly [string, number])[]> {
  const trace = join(folderWith({}), 'trace')
  const calls = CALLS.filter((call) => ONLY?.includes(call) ?? true)
  const scene = await newScene()
  await launch(scene, { args: ['p.yml', '--run-id', 'r1'], under: ['strace', '-f', '-b', 'execve', '-o', trace, '-e', `trace=${calls.join(',')}`], env: { UV_USE_IO_URING: '0' } })
  await scene.provider.close()
  const counts = new Map<string, number>()
  for (const [, key = ''] of readFileSync(trace, 'utf8').matchAll(/^(\d+ +\w+)\(/gm)) counts.set(key, (counts.get(key) ?? 0) + 1)
  const most = (call: string): number => Math.max(0, ...[...counts].filter(([key]) => key.endsWith(` ${call}`)).map(([, count]) => count))
  return calls.flatMap((call) => Array.from({ length: most(call) === 0 ? 0 : most(call) + SLACK }, (_, index) => [call, index + 1] as const))
}

describe('SIGKILL', () => {
  const hasStrace = spawnSync('strace', ['-V']).status === 0
  it.skipIf(!hasStrace)('at a call of the file system loses no acknowledged step, pays nothing twice, and the resume ends as the undisturbed run (needs strace)', { timeout: 5_400_000 }, async () => {
    const kinds: Record<string, number> = {}
    const wrong = await inTurns(isFull ? await everyPoint() : FEW, async ([call, count]) => {
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
