import { statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { Files } from '../../../src/base/ports.ts'
import { type WorkspacesSettings, openWorkspaces } from '../../../src/workspace/open.ts'
import type { Workspace, Workspaces } from '../../../src/workspace/workspace.ts'
import { type Rig, acquired, collected, createRig } from './rig.ts'

let rig: Rig
afterEach(() => rig.remove())

/** Files that we write after the tree was laid seem to be written seconds later, as on a slow machine. */
function late(files: Files): Files {
  const later = (path: string) => utimesSync(path, Date.now() / 1000 + 60, Date.now() / 1000 + 60)
  return {
    ...files,
    copy: async (from, to) => files.copy(from, to).then(() => later(to)),
    write: async (path, data, mode) => files.write(path, data, mode).then(() => later(path)),
  }
}

/** A change of the same size within the very second in which the file was laid. */
async function changedAtOnce(workspaces: Workspaces): Promise<Workspace> {
  for (;;) {
    const workspace = await acquired(workspaces)
    const path = join(workspace.root, 'work.txt')
    const laid = statSync(path)
    writeFileSync(path, 'v\n')
    utimesSync(path, laid.atimeMs / 1000, laid.mtimeMs / 1000)
    if (Math.floor(statSync(path).ctimeMs / 1000) === Math.floor(laid.ctimeMs / 1000)) return workspace
  }
}

async function openLate(): Promise<Workspaces> {
  rig = createRig()
  const repository = await rig.ports.git.inspect(rig.user)
  if (repository?.head === undefined) throw new Error('the rig has no commit')
  const settings: WorkspacesSettings = { run: 'r1', stateDir: join(rig.top, 'state'), checkout: rig.user, repository, base: repository.head, link: [], copy: [] }
  const opened = await openWorkspaces({ ...rig.ports, files: late(rig.ports.files) }, settings)
  if (!opened.ok) throw new Error(opened.error.message)
  return opened.value
}

describe('a change that neither size nor time shows', () => {
  it('is collected', async () => {
    const workspaces = await openLate()
    const workspace = await changedAtOnce(workspaces)
    expect((await collected(workspaces, workspace)).files).toEqual(['work.txt'])
  })

  it('is seen by the git of the tenant', async () => {
    const workspaces = await openLate()
    const workspace = await changedAtOnce(workspaces)
    expect(rig.sh('git fsck --no-progress; git status --porcelain', workspace.root)).toBe('M work.txt')
  })

  it('is undone after a check', async () => {
    const workspaces = await openLate()
    const workspace = await changedAtOnce(workspaces)
    expect(await workspaces.restore(workspace, rig.sh('git rev-parse HEAD^{tree}'))).toMatchObject({ ok: true })
    expect(rig.sh('cat work.txt', workspace.root)).toBe('w')
  })

  it('is gone for the next tenant', async () => {
    const workspaces = await openLate()
    const workspace = await changedAtOnce(workspaces)
    await workspaces.release(workspace)
    expect(rig.sh('cat work.txt', (await acquired(workspaces)).root)).toBe('w')
  })
})
