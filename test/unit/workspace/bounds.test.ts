import { afterEach, describe, expect, it } from 'vitest'
import { type Rig, acquired, createRig } from './rig.ts'

let rig: Rig
afterEach(() => rig.remove())

const holdsCanary = (text: string): boolean => text.includes('canary-')

async function outcome(script: string) {
  const workspaces = await rig.open({ leaks: holdsCanary })
  const workspace = await acquired(workspaces)
  rig.sh(script, workspace.root)
  return workspaces.collect(workspace, { message: 'Work', trailers: [] })
}

/** Every object that the repository has. */
function objects(): string {
  return rig.sh('git cat-file --batch-all-objects --batch-check | sort')
}

describe('a change', () => {
  it('has 20,000 files at most, and not one of more becomes an object of git', async () => {
    rig = createRig()
    const before = objects()
    expect(await outcome('mkdir d; cd d; seq 20001 | xargs touch')).toEqual({
      ok: false, error: { code: 'refused', files: [], message: '20001 files were changed, and a change has 20000 at most: keep what tools make out of it by `.gitignore`' },
    })
    expect(objects()).toBe(before)
  })

  it('holds 100 MiB at most, however they are spread', async () => {
    rig = createRig()
    const before = objects()
    expect(await outcome('truncate -s 40M a; truncate -s 60M b; echo x > c')).toEqual({
      ok: false, error: { code: 'refused', files: ['b'], message: 'the changed files hold 101 MiB, most of all `b`, and a change has 100 MiB at most: keep what tools make out of it by `.gitignore`' },
    })
    expect(objects()).toBe(before)
  })

  it('is not measured by what is ignored, removed, or only led to by a link', async () => {
    rig = createRig({ 'work.txt': 'w\n', 'gone': 'g\n', '.gitignore': 'big\n' })
    expect(await outcome('truncate -s 300M big; ln -s big link; rm gone')).toMatchObject({ ok: true, value: { files: ['gone', 'link'] } })
  })

  it('holds no secret that the base does not hold, and not one that does becomes an object of git', async () => {
    rig = createRig({ 'old.txt': 'canary-1\n', 'moved.txt': 'canary-2\n' })
    const before = objects()
    const leaking = { code: 'secret-leaked', files: ['new.txt', 'other.txt'], message: 'a secret stands in what was changed, and nothing of it is kept: `new.txt`, `other.txt`' }
    expect(await outcome('echo more >> old.txt; echo "x canary-3" > new.txt; mv moved.txt other.txt; ln -s canary-4 link; echo fine > fine.txt')).toEqual({ ok: false, error: leaking })
    expect(objects()).toBe(before)
  })
})
