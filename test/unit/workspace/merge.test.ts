import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { type Rig, acquired, changed, createRig } from './rig.ts'

let rig: Rig
afterEach(() => rig.remove())

describe('what a worktree holds', () => {
  it('is the base where nothing is needed, and a needed commit itself where there is one', async () => {
    rig = createRig()
    const workspaces = await rig.open()
    const first = await acquired(workspaces)
    expect(first.base).toBe(rig.sh('git rev-parse HEAD'))
    const commit = await changed(rig, workspaces, 'echo x >> work.txt')
    expect((await acquired(workspaces, [commit])).base).toBe(commit)
  })

  it('is the needed commits merged in their order, the same each time, and by the user', async () => {
    rig = createRig()
    const workspaces = await rig.open()
    const a = await changed(rig, workspaces, 'echo a > a')
    const b = await changed(rig, workspaces, 'echo b > b')
    const c = await changed(rig, workspaces, 'echo c > c')
    const merged = await acquired(workspaces, [a, b, c])
    expect(rig.sh('cat a b c', merged.root)).toBe('a\nb\nc')
    expect((await acquired(workspaces, [a, b, c])).base).toBe(merged.base)
    const parents = rig.sh(`git rev-list --parents -n1 ${merged.base}`).split(' ')
    expect(parents[2]).toBe(c)
    expect(rig.sh(`git log -1 --format='%P' ${parents[1]}`)).toBe(`${a} ${b}`)
    expect(rig.sh(`git log -1 --format='%an %ae %ct %at' ${merged.base}`)).toBe('U u@example.test 1767323045 1767323045')
    rig.sh('git fsck --no-progress --strict')
  })

  it('needs no merge where one commit holds the other', async () => {
    rig = createRig()
    const workspaces = await rig.open()
    const first = await changed(rig, workspaces, 'echo a > a')
    const second = await changed(rig, workspaces, 'echo b > b', [first])
    expect((await acquired(workspaces, [first, second])).base).toBe(second)
    expect((await acquired(workspaces, [second, first, second])).base).toBe(second)
  })

  it('is a conflict with the names of the files where changes contradict each other', async () => {
    rig = createRig({ 'work.txt': 'w\n', 'a\nb': '1\n' })
    const workspaces = await rig.open()
    const ours = await changed(rig, workspaces, "echo a > work.txt; echo 2 > $'a\\nb'")
    const theirs = await changed(rig, workspaces, "echo b > work.txt; echo 3 > $'a\\nb'")
    expect(await workspaces.acquire([ours, theirs])).toEqual({
      ok: false,
      error: {
        code: 'merge-conflict',
        message: `the changes of \`${ours.slice(0, 12)}\` and \`${theirs.slice(0, 12)}\` contradict each other in ` +
          '`a\\u000ab` (medium: the same lines, 1 against 1), `work.txt` (medium: the same lines, 1 against 1)',
        files: ['a\nb', 'work.txt'],
        conflicts: ['a\nb', 'work.txt'].map((path) => ({
          path, kind: 'content', severity: 'medium', ours: ours.slice(0, 12), theirs: theirs.slice(0, 12),
          hunks: [{ base: { start: 1, count: 1 }, ours: { start: 1, count: 1 }, theirs: { start: 1, count: 1 } }],
        })),
      },
    })
  })

  it('is a failure and no exception where a commit is unknown or no commit at all', async () => {
    rig = createRig()
    const workspaces = await rig.open()
    for (const commit of ['0'.repeat(40), '--help', 'nonsense', rig.sh('git rev-parse HEAD^{tree}')]) {
      expect(await workspaces.acquire([commit])).toMatchObject({ ok: false, error: { code: 'git-failed' } })
    }
  })

  it('comes from a shallow clone, from SHA-256, from a linked worktree and from a split index too', async () => {
    rig = createRig({ 'work.txt': 'w\n' }, 'git add -A && git commit -qm one && echo 2 >> work.txt && git commit -qam two')
    rig.sh('git clone -q --depth 1 "file://$PWD" ../shallow')
    rig.sh('git init -q --object-format=sha256 ../sha256; cd ../sha256; git config user.name U; git config user.email u@e; echo w > work.txt; git add -A; git commit -qm 1')
    rig.sh('git worktree add -q ../linked')
    rig.sh('git clone -q . ../split; cd ../split; git update-index --split-index; echo x > x; git add x')
    for (const name of ['shallow', 'sha256', 'linked', 'split']) {
      const checkout = join(rig.top, name)
      const repository = await rig.ports.git.inspect(checkout)
      if (repository?.head === undefined) throw new Error(name)
      const workspaces = await rig.open({ checkout, repository, base: repository.head, run: name })
      const a = await changed(rig, workspaces, 'git log --oneline >&2; test -z "$(git status --porcelain)"; echo a > a')
      const b = await changed(rig, workspaces, 'echo b > b')
      expect(rig.sh('cat a b', (await acquired(workspaces, [a, b])).root)).toBe('a\nb')
      expect(await workspaces.trespasses()).toEqual([])
      await workspaces.close()
    }
  })
})

describe('a worktree', () => {
  it('starts in the folder that the program was started in, also one that the commit does not have', async () => {
    rig = createRig({ 'work.txt': 'w\n', 'packages/a/x': '1' })
    rig.sh('mkdir packages/new')
    for (const folder of ['packages/a', 'packages/new']) {
      const workspaces = await rig.open({ checkout: join(rig.user, folder), run: folder.replace('/', '-') })
      const workspace = await acquired(workspaces)
      expect(workspace.cwd).toBe(join(workspace.root, folder))
      expect(existsSync(workspace.cwd)).toBe(true)
    }
  })

  it('sees linked and copied paths of the checkout, and never collects them', async () => {
    rig = createRig({ 'work.txt': 'w\n', 'app/x': '1', 'app/kept.txt': 'committed\n' })
    rig.sh('mkdir -p app/node_modules/.bin app/cache/deep; echo t > app/node_modules/.bin/t; echo c > app/cache/deep/c; echo e > app/.env; echo mine > app/kept.txt')
    const workspaces = await rig.open({ checkout: join(rig.user, 'app'), link: ['node_modules', 'missing'], copy: ['.env', './cache/', 'missing', 'kept.txt'] })
    const commit = await changed(rig, workspaces, 'cat app/node_modules/.bin/t app/cache/deep/c app/.env; test -L app/node_modules; echo y >> app/.env; echo z > app/cache/z; echo n > app/n; test "$(git status --porcelain)" = "?? app/n"')
    expect(rig.sh(`git diff-tree -r --name-only HEAD ${commit}`)).toBe('app/n')
    expect(rig.sh('cat app/.env app/kept.txt')).toBe('e\nmine')
    const next = await acquired(workspaces)
    expect(rig.sh('cat app/.env app/kept.txt; ls app/cache', next.root)).toBe('e\ncommitted\ndeep')
  })

  it('never collects them, even where the rules of the tree take them back in', async () => {
    rig = createRig({ '.gitignore': '!shared\n!.env\n!cache/\n!cache2\n' })
    rig.sh('mkdir shared cache; touch cache/x .env')
    const workspaces = await rig.open({ link: ['shared'], copy: ['cache', '.env'] })
    const commit = await changed(rig, workspaces, 'touch cache/y .env2 cache2')
    expect(rig.sh(`git diff-tree -r --name-only HEAD ${commit}`)).toBe('.env2\ncache2')
  })

  it('refuses to link or copy what lies outside of the repository', async () => {
    rig = createRig()
    for (const path of ['../x', '/etc', '.git/config', 'a/../..']) {
      await expect(rig.open({ link: [path] })).rejects.toThrow('outside of the repository')
    }
  })

  it('is laid byte for byte, whatever the attributes ask for, and a user without identity has the runner as author', async () => {
    rig = createRig({ 'a.txt': 'one\r\ntwo\n$Id$\n', '.gitattributes': '* text eol=crlf ident filter=evil working-tree-encoding=UTF-16\n' }, 'true')
    rig.sh('git config filter.evil.clean "touch pwned; cat"; git config filter.evil.smudge "touch pwned; cat"; git config core.autocrlf true')
    rig.sh('h=$(git hash-object -w --no-filters a.txt); g=$(git hash-object -w --no-filters .gitattributes)')
    rig.sh('for f in a.txt .gitattributes; do git update-index --add --cacheinfo 100644,$(git hash-object -w --no-filters $f),$f; done; git commit -qm one; rm -f pwned; git config --unset user.name')
    const workspaces = await rig.open()
    const workspace = await acquired(workspaces)
    expect(readFileSync(join(workspace.root, 'a.txt'), 'utf8')).toBe('one\r\ntwo\n$Id$\n')
    const commit = await changed(rig, workspaces, "printf 'x\\r\\n' > b.txt")
    expect(rig.sh(`git cat-file blob ${commit}:b.txt | od -An -c`)).toContain(String.raw`x  \r  \n`)
    expect(rig.sh(`git log -1 --format='%an %ae %cn' ${commit}`)).toBe('orch-run orch-run@localhost orch-run')
    rig.sh('test ! -e pwned')
  })
})

describe('the worktrees of a run', () => {
  it('cost nothing before the first is asked for, and leave nothing when they are closed', async () => {
    rig = createRig()
    const workspaces = await rig.open()
    expect(existsSync(join(rig.top, 'state'))).toBe(false)
    expect(await workspaces.trespasses()).toEqual([])
    const { root } = await acquired(workspaces)
    rig.sh('mkdir closed; touch closed/x; chmod 000 closed; ln -s /etc out', root)
    await workspaces.close()
    expect(existsSync(join(rig.top, 'state/worktrees/r1'))).toBe(false)
    expect(existsSync('/etc/passwd')).toBe(true)
  })

  it('begin anew where a dead process of the same run left something', async () => {
    rig = createRig()
    rig.sh('mkdir -p state/worktrees/r1/1/tree state/worktrees/r1/repository; echo old > state/worktrees/r1/1/tree/old; echo evil > state/worktrees/r1/repository/config', rig.top)
    const workspaces = await rig.open()
    expect(rig.sh('ls', (await acquired(workspaces)).root)).toBe('work.txt')
  })

  it('pin commits by names that git would not take', async () => {
    rig = createRig()
    const workspaces = await rig.open()
    const commit = rig.sh('git rev-parse HEAD')
    rig.sh('printf "#!/bin/sh\\ntouch pwned\\n" > .git/hooks/reference-transaction; chmod +x .git/hooks/reference-transaction')
    for (const name of ['build', 'build/task-1', 'test(node=20,os=linux)', 'a..b.lock', 'build']) await workspaces.pin(name, commit)
    expect(rig.sh('git for-each-ref --format="%(refname:lstrip=3)" refs/orch-run').split('\n')).toEqual([
      'a%2e%2eb%2elock', 'build', 'build%2ftask-1', 'test(node=20,os=linux)',
    ])
    rig.sh('test ! -e pwned')
  })

  it('show the difference of two commits', async () => {
    rig = createRig()
    const workspaces = await rig.open()
    const commit = await changed(rig, workspaces, 'echo x >> work.txt')
    expect(await workspaces.patch(rig.sh('git rev-parse HEAD'), commit)).toContain('@@ -1 +1,2 @@\n w\n+x\n')
  })

  it('work beside a stale lock of the user, which stays', async () => {
    rig = createRig()
    rig.sh(': > .git/index.lock')
    const workspaces = await rig.open()
    await changed(rig, workspaces, 'echo x >> work.txt')
    rig.sh('test -e .git/index.lock')
  })

  it('are handed out at the same time without disturbing each other', async () => {
    rig = createRig()
    const workspaces = await rig.open()
    const commits = await Promise.all(Array.from({ length: 8 }, (_, at) => changed(rig, workspaces, `test "$(ls)" = work.txt; echo ${at} > f${at}`)))
    const merged = await acquired(workspaces, commits)
    expect(rig.sh('cat f*', merged.root)).toBe('0\n1\n2\n3\n4\n5\n6\n7')
  })
})
