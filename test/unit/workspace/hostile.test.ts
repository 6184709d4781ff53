import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { VECTORS } from '../../rig/git-traps.ts'
import { type Rig, acquired, createRig } from './rig.ts'

let rig: Rig
afterEach(() => rig.remove())

function plantTrap(): { script: string; mark: string } {
  const mark = join(rig.top, 'pwned')
  rig.sh(`printf '#!/bin/sh\\ntouch "${mark}"\\ntimeout 1 cat 2>/dev/null\\nexit 1\\n' > trap; chmod +x trap`, rig.top)
  return { script: `export TRAP='${rig.top}/trap'; `, mark }
}

describe('a tenant that sets a trap for git', () => {
  it.each(VECTORS)('does not catch us with $name, though it would catch plain git', async ({ plant, plain }) => {
    const gitlink = 'git add -A; git commit -qm zero; git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),link; mkdir link; git commit -qm one'
    rig = createRig({ 'work.txt': 'w\n' }, gitlink)
    const { script, mark } = plantTrap()
    const workspaces = await rig.open()
    const [bait, workspace] = [await acquired(workspaces), await acquired(workspaces)]

    rig.sh(`${script}${plant}; echo x >> work.txt; (${plain}) </dev/null >/dev/null 2>&1 || true`, bait.root)
    expect(existsSync(mark)).toBe(true)
    rig.sh(`${script}${plant}; echo y >> work.txt; echo n > n`, workspace.root)
    rmSync(mark)

    const collected = await workspaces.collect(workspace, { message: 'Work', trailers: [] })
    if (!collected.ok || collected.value.commit === null) throw new Error('nothing was collected')
    expect(collected.value.files).toContain('work.txt')
    expect(collected.value.files).not.toContain('link')
    rig.sh('echo z >> work.txt; echo z > z', workspace.root)
    expect(await workspaces.restore(workspace, collected.value.tree)).toMatchObject({ ok: true })
    await workspaces.patch(workspace.base, collected.value.commit)
    await workspaces.release(workspace)
    await workspaces.release(bait)
    const other = await acquired(workspaces)
    rig.sh('echo other > other; echo 0 > 0; cat work.txt >> 0', other.root)
    const second = await workspaces.collect(other, { message: 'Other', trailers: [] })
    if (!second.ok || second.value.commit === null) throw new Error('nothing was collected')
    const merged = await acquired(workspaces, [collected.value.commit, second.value.commit])
    expect(rig.sh('cat work.txt other', merged.root)).toBe('w\ny\nother')
    await workspaces.pin('x', merged.base)
    expect(await workspaces.trespasses()).toEqual([])
    await workspaces.close()
    expect(existsSync(mark)).toBe(false)
  })

  it('has its nested repository collected as plain files, under the rules of the whole tree', async () => {
    rig = createRig({ '.gitignore': '*.log\nvendor/skip/\n' })
    const workspaces = await rig.open()
    const workspace = await acquired(workspaces)
    rig.sh("git init -q vendor; cd vendor; mkdir -p skip in; touch a a.log skip/x b.tmp $'bad\\xff'; echo '*.tmp' > .gitignore; git init -q in; touch in/deep in/x.log; git add a; git -c user.name=a -c user.email=b@c commit -qm x", workspace.root)
    expect(await workspaces.collect(workspace, { message: 'Work', trailers: [] })).toMatchObject({
      ok: true, value: { files: ['vendor/.gitignore', 'vendor/a', 'vendor/bad\ufffd', 'vendor/in/deep'] },
    })
  })
})
