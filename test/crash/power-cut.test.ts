import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { folderWith, removeFolders } from '../rig/program.ts'
import { launch, newSceneAt } from './scene.ts'
import type { Scene } from './scene.ts'
import { judgeResumed, undisturbed } from './trial.ts'
import type { Model } from './trial.ts'
import { isFull, seeded } from './volume.ts'

afterAll(removeFolders)

const CUTS = isFull ? 40 : 3

let model: Model
beforeAll(async () => {
  model = await undisturbed()
})

const run = (program: string, ...args: string[]): void => void execFileSync(program, args, { stdio: 'ignore' })

/** A disk in a file, with repository, state and log on it. */
class Disk {
  readonly image: string
  readonly place: string

  constructor() {
    const folder = folderWith({})
    this.image = join(folder, 'disk')
    this.place = join(folder, 'mounted')
    mkdirSync(this.place)
    writeFileSync(this.image, '')
    truncateSync(this.image, 24 * 1024 * 1024)
    run('mkfs.ext4', '-q', '-F', '-E', 'lazy_itable_init=0,lazy_journal_init=0', this.image)
    this.mount()
  }

  mount(): void {
    run('mount', '-o', 'loop', this.image, this.place)
  }

  unmount(): void {
    run('umount', this.place)
  }
}

function mountable(): boolean {
  try {
    const disk = new Disk()
    disk.unmount()
    return true
  } catch {
    return false
  }
}

/** Copies the disk while the run goes on, as a cut would leave it, and lets the copy take its place when the run has ended. */
async function tryCut(fraction: number): Promise<{ readonly kind: string; readonly wrong: readonly string[] }> {
  const disk = new Disk()
  let scene: Scene | undefined
  try {
    scene = await newSceneAt(disk.place)
    spawnSync('sync', ['-f', disk.place])
    const { provider } = scene
    let calls = 0
    const cut = new Promise<void>((resolve) => void setTimeout(() => {
      calls = provider.log.length
      cpSync(disk.image, `${disk.image}.cut`)
      resolve()
    }, fraction * model.ms))
    await Promise.all([cut, launch(scene, { args: ['p.yml', '--run-id', 'r1'] })])
    disk.unmount()
    rmSync(disk.image)
    run('mv', `${disk.image}.cut`, disk.image)
    disk.mount()
    const told = await judgeResumed(model, scene, calls)
    return { kind: told.kind, wrong: told.wrong.map((words) => `cut after ${fraction.toFixed(3)} of the time: ${words}`) }
  } finally {
    await scene?.provider.close()
    spawnSync('umount', ['-l', disk.place])
    // It holds the whole checkout, with the secret that lies in its `.git/config`.
    rmSync(disk.image, { force: true })
  }
}

describe.skipIf(spawnSync('mkfs.ext4', ['-V']).status !== 0 || !mountable())('a power cut (needs the right to mount a file system, and mkfs.ext4)', () => {
  it('loses no step that was acknowledged before it, and the resume ends as the undisturbed run', { timeout: 3_600_000 }, async () => {
    const random = seeded(40)
    const kinds: Record<string, number> = {}
    const wrong: string[] = []
    for (let cut = 0; cut < CUTS; cut += 1) {
      const told = await tryCut(0.25 + random())
      kinds[told.kind] = (kinds[told.kind] ?? 0) + 1
      wrong.push(...told.wrong)
    }
    console.log('power cuts:', kinds)
    expect(wrong).toEqual([])
  })
})
