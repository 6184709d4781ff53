import { execFileSync, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { folderWith, removeFolders } from '../rig/program.ts'
import type { Ended } from '../rig/program.ts'
import { PLAIN_CALLS, everyPoint, strace } from './calls.ts'
import { launch, newScene } from './scene.ts'
import type { Scene } from './scene.ts'
import { judgeResumed, undisturbed } from './trial.ts'
import type { Model } from './trial.ts'
import { inTurns, isFull } from './volume.ts'

afterAll(removeFolders)

let model: Model
beforeAll(async () => {
  model = await undisturbed()
})

/** In our words, and in those that git has from the system. */
const REASONS: Readonly<Record<string, RegExp>> = {
  ENOSPC: /no space is left on the device|No space left on device/, EROFS: /the file system is read-only|Read-only file system/, EIO: /the device failed|Input\/output error/,
}
const UNKNOWN = /^(?!)/

/** What is wrong with how the program met a fault: it says what and where, in its own words, with an exit code that tells whose business it is. */
function judgeEnd(ended: Ended, reason: RegExp): string[] {
  const wrong: string[] = []
  if (ended.code === 0) return wrong
  if (ended.code !== 4 && ended.code !== 1) wrong.push(`exit code ${ended.code}: ${ended.stderr}`)
  if (/^\s+at .+:\d+:\d+\)?$/m.test(ended.stderr) || ended.stderr.includes('bug of ours')) wrong.push(`a stack trace, or a bug: ${ended.stderr}`)
  if (!reason.test(ended.stderr)) wrong.push(`the reason is not told: ${ended.stderr}`)
  return wrong
}

function mountable(): boolean {
  const folder = folderWith({})
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder]).status !== 0) return false
  execFileSync('umount', ['-l', folder])
  return true
}

/** A run whose state lies on a small file system; then that is made large, and the run goes on. */
async function tryMount(options: string, relief: string, reason: RegExp): Promise<string[]> {
  const state = folderWith({})
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', state])
  try {
    const scene = await newScene(state)
    const ended = await launch(scene, { args: ['p.yml', '--run-id', 'r1'] })
    const wrong = judgeEnd(ended, reason)
    execFileSync('mount', ['-o', `remount,${relief}`, state])
    wrong.push(...(await judgeResumed(model, scene)).wrong)
    await scene.provider.close()
    return wrong.map((words) => `${options}: ${words}`)
  } finally {
    execFileSync('umount', ['-l', state])
  }
}

describe.skipIf(!mountable())('a file system that is too small (needs the right to mount one)', () => {
  const sizes = isFull ? Array.from({ length: 80 }, (_, index) => 4 * (index + 1)) : [12, 48]
  it('ends the run with the reason; with more space it goes on', { timeout: 3_600_000 }, async () => {
    expect(await inTurns(sizes, async (size) => tryMount(`size=${size}k`, 'size=16m', REASONS.ENOSPC ?? UNKNOWN))).toEqual([])
  })

  const counts = isFull ? Array.from({ length: 70 }, (_, index) => index + 2) : [6, 12]
  it('also where it is files that it holds too few of', { timeout: 3_600_000 }, async () => {
    expect(await inTurns(counts, async (count) => tryMount(`size=16m,nr_inodes=${count}`, 'nr_inodes=10000', REASONS.ENOSPC ?? UNKNOWN))).toEqual([])
  })

  it('or that may only be read', async () => {
    const state = folderWith({})
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'ro', 'tmpfs', state])
    try {
      const scene = await newScene(state)
      const ended = await launch(scene, { args: ['p.yml', '--run-id', 'r1'] })
      await scene.provider.close()
      expect([ended.code, judgeEnd(ended, REASONS.EROFS ?? UNKNOWN)]).toEqual([4, []])
    } finally {
      execFileSync('umount', ['-l', state])
    }
  })
})

describe.skipIf(spawnSync('strace', ['-V']).status !== 0)('a call that the system refuses (needs strace)', () => {
  const FAULTS: readonly (readonly [string, string])[] = [['fsync', 'EIO'], ['fdatasync', 'EIO'], ['rename', 'ENOSPC'], ['link', 'ENOSPC'], ['mkdir', 'ENOSPC'], ['fsync', 'ENOSPC']]
  const FEW = [['fsync', 'EIO', 4], ['fdatasync', 'EIO', 1], ['fdatasync', 'EIO', 5], ['rename', 'ENOSPC', 2]] as const

  async function everyFault(): Promise<(readonly [string, string, number])[]> {
    const points = await everyPoint([...new Set(FAULTS.map(([call]) => call))])
    return FAULTS.flatMap(([call, error]) => points.filter(([name]) => name === call).map(([, count]) => [call, error, count] as const))
  }

  async function refuseAt(call: string, error: string, count: number, on?: (scene: Scene) => string): Promise<string[]> {
    const scene = await newScene()
    const under = strace('/dev/null', '-e', `trace=${call}`, ...(on ? ['-P', on(scene)] : []), '-e', `inject=${call}:error=${error}:when=${count}`)
    const ended = await launch(scene, { args: ['p.yml', '--run-id', 'r1'], under, env: PLAIN_CALLS })
    const wrong = [...judgeEnd(ended, REASONS[error] ?? UNKNOWN), ...(await judgeResumed(model, scene)).wrong]
    await scene.provider.close()
    return wrong.map((words) => `${call} ${error} ${count}: ${words}`)
  }

  it('is told with its reason, and what was there before is as good as ever', { timeout: 3_600_000 }, async () => {
    const wrong = await inTurns(isFull ? await everyFault() : FEW, async ([call, error, count]) => {
      return refuseAt(call, error, count)
    })
    expect(wrong).toEqual([])
  })

  it('also where it is a write to the journal', { timeout: 3_600_000 }, async () => {
    const journal = ({ state }: Scene): string => join(state, 'runs/r1/journal.ndjson')
    const points = await everyPoint(['write', 'fdatasync'], journal)
    expect(points.length).toBeGreaterThan(8)
    const wrong = await inTurns(isFull ? points : [['write', 2], ['write', 5]] as const, async ([call, count]) => refuseAt(call, 'ENOSPC', count, journal))
    expect(wrong).toEqual([])
  })
})
