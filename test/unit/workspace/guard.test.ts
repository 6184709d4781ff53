import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { createPresence } from '../../../src/workspace/presence.ts'
import { type Rig, acquired, createRig } from './rig.ts'

let rig: Rig
afterEach(() => rig.remove())

async function watched(files: Readonly<Record<string, string>> = { 'work.txt': 'w\n', 'b.txt': 'b\n', '.gitignore': '*.log\n' }) {
  rig = createRig(files)
  const workspaces = await rig.open({ stateDir: join(rig.user, '.orch-run') })
  return { workspaces, workspace: await acquired(workspaces) }
}

describe('the guard of the checkout', () => {
  it('says nothing of our own doing, of ignored files and of a status by the user', async () => {
    const { workspaces, workspace } = await watched()
    rig.sh('echo x >> work.txt', workspace.root)
    await workspaces.pin('x', rig.sh('git rev-parse HEAD'))
    rig.sh('touch work.txt a.log; git status')
    expect(await workspaces.trespasses()).toEqual([])
  })

  it('names every file that was changed, once', async () => {
    const { workspaces } = await watched()
    rig.sh("echo x >> work.txt; rm b.txt; mkdir n; echo n > $'n/a\\nb'")
    expect(await workspaces.trespasses()).toEqual([
      '`b.txt` in the checkout was changed', '`n/a\\u000ab` in the checkout was changed', '`work.txt` in the checkout was changed',
    ])
    expect(await workspaces.trespasses()).toEqual([])
    rig.sh('echo y >> work.txt')
    expect(await workspaces.trespasses()).toEqual(['`work.txt` in the checkout was changed'])
  })

  it('takes changed files for the doing of a step that works in the checkout itself, but not what steers git, and nothing once it has ended', async () => {
    rig = createRig()
    const presence = createPresence()
    const workspaces = await rig.open({ presence })
    await acquired(workspaces)
    const leave = presence.enter()
    rig.sh('echo x >> work.txt; git tag v1')
    expect(await workspaces.trespasses()).toEqual(['ref `refs/tags/v1` was created while another step worked in the checkout'])
    rig.sh('echo y >> work.txt')
    leave()
    expect(await workspaces.trespasses()).toEqual([])
    rig.sh('echo z >> work.txt')
    expect(await workspaces.trespasses()).toEqual(['`work.txt` in the checkout was changed'])
    rig.sh('echo z >> work.txt')
    presence.enter()()
    expect(await workspaces.trespasses()).toEqual([])
    rig.sh('echo z >> work.txt')
    expect(await workspaces.trespasses()).toEqual(['`work.txt` in the checkout was changed'])
  })

  it('says nothing of a branch that we deliver, but of one that somebody moved on from there', async () => {
    const { workspaces } = await watched()
    const head = rig.sh('git rev-parse HEAD')
    expect(await workspaces.publish('done', head)).toEqual({ ok: true, value: 'made' })
    expect(await workspaces.trespasses()).toEqual([])
    rig.sh('git update-ref refs/heads/done $(git commit-tree -m other HEAD^{tree})')
    expect(await workspaces.trespasses()).toEqual(['ref `refs/heads/done` was changed'])
  })

  it('starts from a dirty checkout without a word', async () => {
    rig = createRig()
    rig.sh('echo x >> work.txt; touch new; : > .git/index.lock')
    const workspaces = await rig.open()
    await acquired(workspaces)
    expect(await workspaces.trespasses()).toEqual([])
    rig.sh('rm new')
    expect(await workspaces.trespasses()).toEqual(['`new` in the checkout was changed'])
  })

  it('notices a moved branch, a new ref, another HEAD, the index, a hook and the configuration', async () => {
    const { workspaces } = await watched()
    rig.sh('git update-ref refs/heads/main $(git commit-tree -m evil HEAD^{tree}); git tag v1; echo "#!/bin/sh" > .git/hooks/post-merge; git config a.b c; git rm -q --cached b.txt; git symbolic-ref HEAD refs/heads/other')
    expect(await workspaces.trespasses()).toEqual([
      'the HEAD of the checkout was moved', 'ref `refs/heads/main` was changed', 'ref `refs/tags/v1` was created',
      'the index of the checkout was changed', '`config` of the git folder was changed', '`hooks/post-merge` of the git folder was created',
      '`b.txt` in the checkout was changed',
    ])
  })

  it('runs nothing that was planted in the user\'s own git folder, though plain git would', async () => {
    const { workspaces } = await watched()
    const mark = join(rig.top, 'pwned')
    rig.sh(`printf '#!/bin/sh\\ntouch "${mark}"\\ncat\\n' > trap; chmod +x trap`, rig.top)
    rig.sh('git config core.fsmonitor ../trap; git config filter.evil.clean ../trap; mkdir -p .git/info; echo "* filter=evil" > .git/info/attributes; for h in reference-transaction post-index-change; do cp ../trap .git/hooks/$h; done; echo x >> work.txt')
    expect(await workspaces.trespasses()).toHaveLength(5)
    await workspaces.pin('x', rig.sh('cat .git/refs/heads/main'))
    expect(existsSync(mark)).toBe(false)
    rig.sh('git status')
    expect(existsSync(mark)).toBe(true)
  })

  it('says so where the git folder can no longer be read', async () => {
    const { workspaces } = await watched()
    rig.sh('echo "[broken" > .git/config')
    const [sentence] = await workspaces.trespasses()
    expect(sentence).toMatch(/^the checkout can no longer be looked at: `git for-each-ref` failed: .*config/)
  })

  it('keeps a long list short', async () => {
    const { workspaces } = await watched()
    rig.sh('for i in $(seq 30); do touch f$i; done')
    const found = await workspaces.trespasses()
    expect(found).toHaveLength(21)
    expect(found.at(-1)).toBe('10 more files in the checkout were changed')
  })

  it('tells callers at the same time each change once', async () => {
    const { workspaces } = await watched()
    rig.sh('echo x >> work.txt')
    const all = await Promise.all([workspaces.trespasses(), workspaces.trespasses(), workspaces.trespasses()])
    expect(all.flat()).toEqual(['`work.txt` in the checkout was changed'])
  })
})
