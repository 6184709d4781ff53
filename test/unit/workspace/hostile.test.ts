import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { type Rig, acquired, createRig } from './rig.ts'

let rig: Rig
afterEach(() => rig.remove())

/** Each plants something that plain git runs; `$TRAP` is a script that leaves a mark. `plain` is what plain git is asked then. */
interface Vector {
  readonly name: string
  readonly plant: string
  readonly plain: string
}

const VECTORS: readonly Vector[] = [
  { name: 'a file watcher', plant: 'git config core.fsmonitor "$TRAP"', plain: 'git status' },
  { name: 'hooks', plant: 'mkdir -p .git/hooks; for h in pre-commit post-index-change post-checkout reference-transaction; do cp "$TRAP" .git/hooks/$h; done', plain: 'git add -A; git commit -m x' },
  { name: 'a folder of hooks in the tree', plant: 'mkdir h; for h in pre-commit post-index-change reference-transaction; do cp "$TRAP" h/$h; done; git config core.hooksPath h', plain: 'git add -A; git commit -m x' },
  { name: 'a filter', plant: 'rm -f .git/info/attributes; echo "* filter=evil" > .gitattributes; git config filter.evil.clean "$TRAP"; git config filter.evil.smudge "$TRAP"; git config filter.evil.process "$TRAP"', plain: 'git add -A' },
  { name: 'a filter by private attributes', plant: 'mkdir -p .git/info; echo "* filter=evil" > .git/info/attributes; git config filter.evil.clean "$TRAP"', plain: 'git add -A' },
  { name: 'a signing program', plant: 'git config commit.gpgsign true; git config gpg.program "$TRAP"', plain: 'git add -A; git commit -m x' },
  { name: 'an external diff', plant: 'rm -f .git/info/attributes; git config diff.external "$TRAP"; echo "* diff=evil" > .gitattributes; git config diff.evil.textconv "$TRAP"', plain: 'git diff' },
  { name: 'a merge driver', plant: 'mkdir -p .git/info; echo "* merge=evil" | tee .gitattributes > .git/info/attributes; git config merge.evil.driver "$TRAP"', plain: 'git add -A; git commit -qm a; git checkout -q -b o HEAD~1; echo o > work.txt; git commit -qam o; git merge "@{-1}"' },
  { name: 'a nested repository', plant: 'git init -q sub; git -C sub -c user.name=a -c user.email=b@c commit -q --allow-empty -m x; touch sub/f; git -C sub config core.fsmonitor "$TRAP"', plain: 'git add -A; git status' },
  { name: 'a nested repository in the place of a submodule', plant: 'git init -q link; git -C link -c user.name=a -c user.email=b@c commit -q --allow-empty -m x; touch link/f; git -C link config core.fsmonitor "$TRAP"', plain: 'git status' },
  { name: 'another repository behind a git file', plant: 'git init -q evil; git -C evil config core.fsmonitor "$TRAP"; rm -rf .git; echo "gitdir: evil/.git" > .git', plain: 'git status' },
  { name: 'another repository behind a git link', plant: 'git init -q evil; git -C evil config core.fsmonitor "$TRAP"; rm -rf .git; ln -s evil/.git .git', plain: 'git status' },
  { name: 'a bare repository in a folder', plant: 'git init -q --bare b; git -C b config core.bare false; git -C b config core.worktree ..; git -C b config core.fsmonitor "$TRAP"', plain: 'cd b; git status' },
  { name: 'a pager, an editor and an alias', plant: 'git config core.pager "$TRAP"; git config core.editor "$TRAP"; git config alias.status "!$TRAP"; git config sequence.editor "$TRAP"', plain: 'git add -A; git commit' },
]

function plantTrap(): { script: string; mark: string } {
  const mark = join(rig.top, 'pwned')
  rig.sh(`printf '#!/bin/sh\\ntouch "${mark}"\\ncat 2>/dev/null\\nexit 1\\n' > trap; chmod +x trap`, rig.top)
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
