import { existsSync, lstatSync, readFileSync, readdirSync, readlinkSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { type Rig, acquired, changed, createRig } from './rig.ts'

let rig: Rig
afterEach(() => rig.remove())

const FILES = { 'work.txt': 'w\n', 'd/x': 'x\n', 'd/e/y': 'y\n', 'run.sh': 'echo\n', '.gitignore': 'ignored/\n*.log\n' }

/** Everything in a tree, with kind, mode and content; of `.git` what a tenant could have left there. */
function picture(root: string, folder = ''): string[] {
  return readdirSync(join(root, folder)).sort().flatMap((name) => {
    const path = join(folder, name)
    const stat = lstatSync(join(root, path))
    const facts = `${path} ${stat.mode.toString(8)}`
    if (stat.isDirectory()) return [facts].concat(picture(root, path))
    if (stat.isSymbolicLink()) return [`${facts} ${readlinkSync(join(root, path))}`]
    return [path === '.git/index' || !stat.isFile() ? facts : `${facts} ${stat.nlink} ${readFileSync(join(root, path), 'latin1')}`]
  })
}

const TENANTS: readonly (readonly [string, string])[] = [
  ['new and ignored files', 'touch new a.log; mkdir -p ignored/deep new-folder/empty; touch ignored/deep/x'],
  ['changed, removed and swapped files', 'echo z >> work.txt; rm d/x; mv run.sh d/e/run.sh; mv d/e/y run.sh'],
  ['a change of the same size, in the same second, with the old time', 'touch -r work.txt ../stamp; echo v > work.txt; touch -r ../stamp work.txt; rm ../stamp'],
  ['modes of files and folders', 'chmod 600 work.txt; chmod +x d/x; chmod 777 d/e/y; chmod u+s run.sh; chmod 777 d; chmod 700 d/e; chmod 711 .'],
  ['a hard link to a file', 'ln work.txt ../../../../kept'],
  ['links in the place of files and folders', 'rm work.txt; ln -s /etc/passwd work.txt; rm -r d; ln -s /etc d; ln -s / out'],
  ['a folder moved away, with a link in its place', 'mv d ../../../../moved; ln -s ../../../../moved d'],
  ['a file in the place of a folder and a folder in that of a file', 'rm -r d; echo d > d; rm work.txt; mkdir -p work.txt/x; touch work.txt/x/y'],
  ['pipes and sockets', "mkfifo pipe; mkdir p; mkfifo p/pipe; rm work.txt; mkfifo work.txt"],
  ['closed folders', 'mkdir closed; touch closed/x; chmod 000 closed; chmod 000 d; chmod 444 work.txt'],
  ['nested repositories', 'for f in sub sub/sub ignored d; do git init -q $f; git -C $f -c user.name=a -c user.email=b@c commit -q --allow-empty -m x; touch $f/f; done'],
  ['names that are no UTF-8', "echo 1 > $'bad\\xff'; mkdir $'d/bad\\xfe'; touch $'d/bad\\xfe/'$'x\\xfd'"],
  ['flags of the index', 'touch n; git add -N n; git update-index --assume-unchanged work.txt; git update-index --skip-worktree d/x; echo z > work.txt; rm d/x; git rm -q --cached run.sh'],
  ['branches, commits, a stash and settings', 'echo 1 >> work.txt; git stash -q; git checkout -q -b evil; git commit -q --allow-empty -m evil; git tag v1; git config core.hooksPath /tmp; git config filter.x.clean evil; echo x > .git/hooks.x; mkdir -p .git/hooks; echo x > .git/hooks/post-checkout; git replace HEAD HEAD~1'],
  ['a merge that was never ended', 'git checkout -q -b a; echo a > work.txt; git commit -qam a; git checkout -q -b b HEAD~1; echo b > work.txt; git commit -qam b; git merge -q a || true; test -e .git/MERGE_HEAD'],
  ['a lock of its index', ': > .git/index.lock; : > .git/HEAD.lock'],
  ['a file in the place of the git folder', 'rm -rf .git; echo "gitdir: /tmp" > .git'],
  ['a link in the place of the git folder', 'rm -rf .git; ln -s ../../../../../user/.git .git'],
  ['nothing at all', 'rm -rf .[a-z]* *'],
]

describe('a worktree that was used before', () => {
  it.each(TENANTS)('keeps nothing of a tenant that left %s', async (_, script) => {
    rig = createRig(FILES, 'chmod +x run.sh; ln -s work.txt lnk; git add -A; git commit -qm one')
    const workspaces = await rig.open({ stateDir: join(rig.top, 'a') })
    const other = await rig.open({ stateDir: join(rig.top, 'b'), run: 'other' })
    const untouched = picture((await acquired(other)).root)
    const used = await acquired(workspaces)
    expect(picture(used.root)).toEqual(untouched)
    rig.sh(script, used.root)
    await workspaces.release(used)
    const next = await acquired(workspaces)
    expect(picture(next.root)).toEqual(untouched)
    expect(rig.sh('git status --porcelain --ignored; git ls-files -v; git log --format=%s; git branch -a; git stash list; ls .git', next.root)).toBe(
      'H .gitignore\nH d/e/y\nH d/x\nH lnk\nH run.sh\nH work.txt\none\n* (no branch)\nHEAD\nconfig\nindex\ninfo\nobjects\nrefs',
    )
    expect(rig.sh('git status --porcelain; cat work.txt; git for-each-ref --format="%(refname)"')).toBe('w\nrefs/heads/main')
  })

  it('is the same folder again, at another commit', async () => {
    rig = createRig(FILES)
    const workspaces = await rig.open()
    const used = await acquired(workspaces)
    rig.sh('touch ignored.log; echo z > work.txt; git init -q sub; mkfifo p', used.root)
    await workspaces.release(used)
    const commit = await changed(rig, workspaces, 'rm -r d; echo n > d; echo n > n')
    const next = await acquired(workspaces, [commit])
    expect(next.root).toBe(used.root)
    expect(rig.sh('ls -A; cat d work.txt; git status --porcelain', next.root)).toBe('.git\n.gitignore\nd\nn\nrun.sh\nwork.txt\nn\nw')
  })

  it('is another folder where the old one cannot be made clean', async () => {
    rig = createRig(FILES)
    const workspaces = await rig.open()
    const used = await acquired(workspaces)
    rig.sh('chmod 777 d', used.root)
    await workspaces.release(used)
    const next = await acquired(workspaces)
    expect(next.root).not.toBe(used.root)
    expect(existsSync(used.root)).toBe(false)
    expect(statSync(join(next.root, 'd')).mode & 0o777).toBe(0o777 & ~process.umask())
  })

  it('is never given to two at once, nor released twice', async () => {
    rig = createRig(FILES)
    const workspaces = await rig.open()
    const used = await acquired(workspaces)
    await workspaces.release(used)
    await workspaces.release(used)
    const roots = await Promise.all([1, 2, 3].map(async () => (await acquired(workspaces)).root))
    expect(new Set(roots).size).toBe(3)
    expect(await workspaces.collect({ ...used, root: '/elsewhere' }, { message: '', trailers: [] })).toMatchObject({ ok: false, error: { code: 'git-failed' } })
  })
})
