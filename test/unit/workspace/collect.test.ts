import { afterEach, describe, expect, it } from 'vitest'
import { type Rig, NOW, acquired, changed, collected, createRig } from './rig.ts'

let rig: Rig
afterEach(() => rig.remove())

async function outcome(script: string) {
  const workspaces = await rig.open()
  const workspace = await acquired(workspaces)
  rig.sh(script, workspace.root)
  return workspaces.collect(workspace, { message: 'Work', trailers: [] })
}

describe('what a tenant changed', () => {
  it('is one commit on the base, with message, trailers and the time of the clock', async () => {
    rig = createRig({ 'work.txt': 'w\n', 'gone': 'g\n', 'd/x': 'x\n' })
    const head = rig.sh('git rev-parse HEAD')
    const workspaces = await rig.open()
    const workspace = await acquired(workspaces)
    rig.sh('echo x >> work.txt; rm gone; mkdir -p n/m; echo n > n/m/n; chmod +x d/x; ln -s ../work.txt d/l', workspace.root)
    const { commit, tree, files } = await collected(workspaces, workspace)
    expect(files).toEqual(['d/l', 'd/x', 'gone', 'n/m/n', 'work.txt'])
    expect(rig.sh(`git log -1 --format='%P|%T|%B|%at' ${commit}`)).toBe(`${head}|${tree}|Work\n\nOrch-Run: r1\n|${NOW / 1000}`)
    expect(rig.sh(`git log -1 --format='%(trailers:key=Orch-Run,valueonly)' ${commit}`)).toBe('r1')
    expect(rig.sh(`git ls-tree -r ${commit} | cut -d' ' -f1,2`).split('\n')).toEqual(['120000 blob', '100755 blob', '100644 blob', '100644 blob'])
    rig.sh('test "$(git status --porcelain)" = ""; git fsck --no-progress --strict')
  })

  it('is nothing where all is as before, also after a touch or a change there and back', async () => {
    rig = createRig({ 'work.txt': 'w\n', '.gitignore': '*.log\n' })
    const tree = rig.sh('git rev-parse HEAD^{tree}')
    expect(await outcome('touch work.txt; touch a.log; mkdir empty; mkfifo pipe; cp work.txt y; rm work.txt; mv y work.txt')).toEqual({
      ok: true, value: { tree, commit: null, files: [] },
    })
  })

  it('is seen though size and time of the file are the same', async () => {
    rig = createRig()
    expect(await outcome('touch -r work.txt ../stamp; echo v > work.txt; touch -r ../stamp work.txt')).toMatchObject({ value: { files: ['work.txt'] } })
  })

  it('may have any name, also one that is no UTF-8', async () => {
    rig = createRig()
    const workspaces = await rig.open()
    const script = "echo 1 > ./-rf; echo 2 > $'a\\nb'; echo 3 > 'q\"x'; echo 4 > $'\\t tab'; echo 5 > A.txt; echo 6 > a.txt; echo 7 > $'bad\\xff'; echo 8 > 'sp '; echo 9 > $'\\\\'"
    const commit = await changed(rig, workspaces, script)
    const next = await acquired(workspaces, [commit])
    rig.sh("test -e ./-rf; test -e $'a\\nb'; test -e 'q\"x'; test -e $'\\t tab'; test -e A.txt; test -e a.txt; test \"$(cat $'bad\\xff')\" = 7; test \"$(ls | wc -l)\" -gt 9", next.root)
    const again = await changed(rig, workspaces, "rm $'bad\\xff'; echo 2 > ./-rf", [commit])
    expect(rig.sh(`git diff-tree -r --name-status ${commit} ${again}`).split('\n')).toEqual(['M\t-rf', String.raw`D	"bad\377"`])
  })

  it('follows the ignore rules that the tenant left, and their change is a change', async () => {
    rig = createRig({ 'work.txt': 'w\n', '.gitignore': 'dist/\n' })
    expect(await outcome('mkdir dist; touch dist/x; echo "*.tmp" >> .gitignore; touch a.tmp b; echo "!b" > c')).toMatchObject({
      value: { files: ['.gitignore', 'b', 'c'] },
    })
  })

  it('may replace a file by a folder, a folder by a file and a file by a link', async () => {
    rig = createRig({ 'a': '1', 'b/c/d': '2', 'e': '3' })
    expect(await outcome('rm a; mkdir a; echo x > a/x; rm -r b; echo y > b; rm e; ln -s b e')).toMatchObject({ value: { files: ['a', 'a/x', 'b', 'b/c/d', 'e'] } })
  })

  it('is a removal where a pipe stands in the place of a file', async () => {
    rig = createRig({ 'a': '1', 'b': '2' })
    expect(await outcome('rm a; mkfifo a; mkfifo c')).toMatchObject({ value: { files: ['a'] } })
  })

  it('can be collected again after more work', async () => {
    rig = createRig()
    const workspaces = await rig.open()
    const workspace = await acquired(workspaces)
    rig.sh('echo a > a; echo b > b', workspace.root)
    const first = await collected(workspaces, workspace)
    rig.sh('rm a; echo w2 > work.txt', workspace.root)
    const second = await collected(workspaces, workspace)
    expect([first.files, second.files]).toEqual([['a', 'b'], ['b', 'work.txt']])
    rig.sh('rm b; echo w > work.txt', workspace.root)
    expect(await collected(workspaces, workspace)).toMatchObject({ commit: null, files: [] })
  })
})

describe('a change that must not flow on', () => {
  it.each(['/etc/passwd', '../../secret', '.git/config', 'd/../../x'])('is a link to %s', async (target) => {
    rig = createRig()
    const result = await outcome(`mkdir d; ln -s '${target}' d.lnk`)
    expect(result).toMatchObject({ ok: false, error: { code: 'refused', files: ['d.lnk'] } })
    expect(result.ok ? '' : result.error.message).toBe(`link \`d.lnk\` points to \`${target}\`, which is outside of the workspace`)
  })

  it('is never the content behind a link', async () => {
    rig = createRig()
    rig.sh('mkdir secret; echo canary-1 > secret/s', rig.top)
    await outcome(`ln -s '${rig.top}/secret' l; rm work.txt; ln -s '${rig.top}/secret/s' work.txt`)
    expect(rig.sh("git cat-file --batch-all-objects --batch | grep -c canary-1 || true")).toBe('0')
  })

  it('is a name that git keeps for itself', async () => {
    rig = createRig()
    expect(await outcome('mkdir -p d/.GIT; touch d/.GIT/x; ln -s x .gitmodules')).toEqual({
      ok: false,
      error: { code: 'refused', message: 'git keeps names like `.gitmodules`, `d/.GIT/x` for itself', files: ['.gitmodules', 'd/.GIT/x'] },
    })
  })

  it('leaves a link alone that the base has already', async () => {
    rig = createRig({ 'work.txt': 'w\n' }, 'ln -s /etc out; git add -A; git commit -qm one')
    expect(await outcome('echo x > x')).toMatchObject({ ok: true, value: { files: ['x'] } })
  })
})

describe('the files after a check', () => {
  it('are again those that were collected, with what is ignored', async () => {
    rig = createRig({ 'work.txt': 'w\n', 'gone': 'g\n', 'd/x': 'x\n', '.gitignore': 'cache/\n' })
    rig.sh('mkdir shared')
    const workspaces = await rig.open({ link: ['shared'] })
    const workspace = await acquired(workspaces)
    rig.sh('echo x >> work.txt; rm gone; mkdir n cache; echo n > n/n; echo c > cache/c', workspace.root)
    const { tree, files } = await collected(workspaces, workspace)
    rig.sh('echo y >> work.txt; echo back > gone; rm -r n d; ln -s /etc d; echo r > report.xml; mkdir -p out/deep; git init -q out; echo c2 > cache/c; chmod +x work.txt; echo "shared/" > .gitignore', workspace.root)
    expect(await workspaces.restore(workspace, tree)).toEqual({ ok: true, value: undefined })
    expect(rig.sh('cat work.txt n/n d/x cache/c .gitignore; test ! -x work.txt; test -L shared; ls', workspace.root)).toBe('w\nx\nn\nx\nc2\ncache/\ncache\nd\nn\nshared\nwork.txt')
    expect(await collected(workspaces, workspace)).toMatchObject({ tree, files })
  })

  it('can be those of the base, before anything was collected', async () => {
    rig = createRig()
    const workspaces = await rig.open()
    const workspace = await acquired(workspaces)
    rig.sh('echo x >> work.txt; touch y', workspace.root)
    expect(await workspaces.restore(workspace, rig.sh('git rev-parse HEAD^{tree}'))).toMatchObject({ ok: true })
    expect(rig.sh('ls; cat work.txt', workspace.root)).toBe('work.txt\nw')
  })
})
