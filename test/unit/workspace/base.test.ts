import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { Git } from '../../../src/base/ports.ts'
import { resolveBase } from '../../../src/workspace/base.ts'
import { type Rig, acquired, collected, createRig } from './rig.ts'

let rig: Rig
afterEach(() => rig.remove())

function resolve(base: string, git: Git = rig.ports.git, checkout = rig.user) {
  return resolveBase({ ...rig.ports, git }, { run: 'r1', stateDir: join(rig.user, '.orch-run'), checkout, base })
}

describe('the base of a run', () => {
  it('is the HEAD of the checkout, with its branch', async () => {
    rig = createRig()
    const head = rig.sh('git rev-parse HEAD')
    expect(await resolve('HEAD')).toMatchObject({ ok: true, value: { commit: head, branch: 'main', dirty: false, repository: { root: rig.user } } })
  })

  it('is any ref, also one whose name holds a command', async () => {
    rig = createRig()
    const head = rig.sh("git checkout -q -b 'a$(touch${IFS}pwned)' && git rev-parse HEAD")
    expect(await resolve('a$(touch${IFS}pwned)')).toMatchObject({ ok: true, value: { commit: head, branch: 'a$(touch${IFS}pwned)' } })
    expect(await resolve('main~0')).toMatchObject({ ok: true, value: { commit: head } })
  })

  it.each(['no-such-ref', '--all', 'main:work.txt', 'a\u001b[2J'])('is not %j, and the message says so', async (base) => {
    rig = createRig()
    const result = await resolve(base)
    expect(result).toMatchObject({ ok: false, error: { code: 'unknown-base' } })
    expect(result.ok ? '' : result.error.message).toContain(base.replaceAll('\u001b', String.raw`\u001b`))
  })

  it('is dirty with an untracked file, and not with the state folder or an ignored file', async () => {
    rig = createRig({ 'work.txt': 'w\n', '.gitignore': '*.log\n' })
    rig.sh('mkdir .orch-run && touch .orch-run/x a.log')
    expect(await resolve('HEAD')).toMatchObject({ ok: true, value: { dirty: false } })
    rig.sh('touch new')
    expect(await resolve('HEAD')).toMatchObject({ ok: true, value: { dirty: true } })
  })

  it('is told to be missing without a repository, without a commit, without git and with an old one', async () => {
    rig = createRig()
    expect(await resolve('HEAD', rig.ports.git, rig.home)).toMatchObject({ ok: false, error: { code: 'no-repository' } })
    rig.sh('git init -q empty')
    expect(await resolve('HEAD', rig.ports.git, join(rig.user, 'empty'))).toMatchObject({ ok: false, error: { code: 'no-commits' } })
    expect(await resolve('HEAD', { ...rig.ports.git, version: async () => undefined })).toMatchObject({ ok: false, error: { code: 'no-git' } })
    expect(await resolve('HEAD', { ...rig.ports.git, version: async () => '2.37.9' })).toMatchObject({ ok: false, error: { code: 'git-too-old' } })
  })
})

describe('the base `working-tree`', () => {
  it('is a pinned commit of the checkout, which itself stays as it is', async () => {
    rig = createRig({ 'work.txt': 'w\n', 'gone.txt': 'g\n', 'staged.txt': 's\n', '.gitignore': '*.log\n' })
    rig.sh('echo two >> staged.txt; git add staged.txt; echo three >> staged.txt; rm gone.txt; echo n > new; echo l > a.log; : > .git/index.lock')
    const before = rig.sh('git --no-optional-locks status --porcelain; sha256sum .git/index')
    const result = await resolve('working-tree')
    if (!result.ok) throw new Error(result.error.message)
    const { commit } = result.value
    expect(result.value.dirty).toBe(true)
    expect(rig.sh(`git diff-tree -r --name-status HEAD ${commit}`)).toBe('D\tgone.txt\nA\tnew\nM\tstaged.txt')
    expect(rig.sh(`git show ${commit}:staged.txt`)).toBe('s\ntwo\nthree')
    expect(rig.sh(`git log -1 --format='%P %an %ae' ${commit}`)).toBe(`${rig.sh('git rev-parse HEAD')} U u@example.test`)
    expect(rig.sh('git for-each-ref --format="%(objectname)" refs/orch-run/r1')).toBe(commit)
    expect(rig.sh('git --no-optional-locks status --porcelain; sha256sum .git/index; rm .git/index.lock')).toBe(before)
  })

  it('holds a change of the same size right after a commit', async () => {
    rig = createRig()
    rig.sh('echo a > work.txt; git commit -qam two; echo b > work.txt')
    const result = await resolve('working-tree')
    expect(result.ok && rig.sh(`git show ${result.value.commit}:work.txt`)).toBe('b')
  })

  it('is HEAD where the checkout is clean', async () => {
    rig = createRig()
    expect(await resolve('working-tree')).toMatchObject({ ok: true, value: { commit: rig.sh('git rev-parse HEAD'), dirty: false } })
    expect(rig.sh('git for-each-ref refs/orch-run')).toBe('')
  })

  it('follows what the user ignores for himself', async () => {
    rig = createRig()
    rig.sh('mkdir -p ~/.config/git; echo secret > ~/.config/git/ignore; echo mine > .git/info/exclude; touch secret mine; echo x >> work.txt')
    const result = await resolve('working-tree')
    expect(result.ok && rig.sh(`git ls-tree --name-only ${result.value.commit}`)).toBe('work.txt')
    const workspaces = await rig.open()
    const workspace = await acquired(workspaces)
    for (const name of ['secret', 'mine', 'else']) writeFileSync(join(workspace.root, name), '')
    expect((await collected(workspaces, workspace)).files).toEqual(['else'])
  })
})
