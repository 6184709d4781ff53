import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { git, orchRun, removeFolders, repositoryWith } from '../rig/program.ts'
import { failures, runFor, statuses } from '../rig/report.ts'

afterAll(removeFolders)

const pipeline = (steps: string): string => `
agents:
  one: { executor: command, command: [bash, -c, 'echo one > one.txt; head -c 300 /dev/zero > zero.bin'] }
  two: { executor: command, command: [bash, -c, 'echo two > two.txt'] }
checks:
  whole: { kind: custom, run: 'test ! -e one.txt || test -e zero.bin' }
steps:
${steps.replace(/^/gm, '  ')}
`

describe('a deliver step', () => {
  it('makes a branch and a patch of what was verified, and makes no check again that this tree has passed', async () => {
    const folder = repositoryWith({ 'p.yml': pipeline(`
fix: { agent: one, prompt: Work., verify: whole }
ship: { needs: fix, deliver: { patch: "out/\${{ run.id }}.patch", branch: fix/it } }
after: { needs: ship, run: 'test "\${{ steps.ship.outputs.branch }}" = fix/it; test "\${{ steps.ship.outputs.commit }}" = "\${{ steps.fix.commit }}"' }
`) })
    const before = git(folder, 'status', '--porcelain', '-b')
    const { report } = await runFor(0, folder, ['p.yml', '--run-id', 'r1'])
    const commit = report.steps.find(({ id }) => id === 'fix')?.commit
    expect(git(folder, 'rev-parse', 'fix/it').trim()).toBe(commit)
    expect(report.steps.find(({ id }) => id === 'ship')?.checks).toEqual([])
    expect(report.deliveries.map(({ step, kind, target, commit: told, already }) => [step, kind, target, told, already]))
      .toEqual([['ship', 'patch', 'out/r1.patch', commit, false], ['ship', 'branch', 'fix/it', commit, false]])
    expect(git(folder, 'status', '--porcelain', '-b', '--', ':!out')).toBe(before)
    git(folder, 'apply', '--check', 'out/r1.patch')
    expect(readFileSync(join(folder, 'out/r1.patch'), 'utf8')).toContain('GIT binary patch')
  })

  it('verifies the merged state of several changes, which nobody has judged as a whole', async () => {
    const steps = `
fix: { agent: one, prompt: Work., verify: whole }
docs: { agent: two, prompt: Work., verify: whole }
ship: { needs: [fix, docs], deliver: { branch: both } }
`
    const good = repositoryWith({ 'p.yml': pipeline(steps) })
    const { report } = await runFor(0, good, ['p.yml'])
    expect(report.steps.find(({ id }) => id === 'ship')?.checks.map(({ name, status }) => [name, status])).toEqual([['whole', 'passed']])
    expect(git(good, 'ls-tree', '-r', '--name-only', 'both').split('\n')).toEqual(['one.txt', 'p.yml', 'two.txt', 'zero.bin', ''])
    const bad = repositoryWith({ 'p.yml': pipeline(steps).replace('test ! -e one.txt || test -e zero.bin', 'test ! -e one.txt || test ! -e two.txt') })
    const ended = await runFor(1, bad, ['p.yml'])
    expect(statuses(ended.report)).toEqual({ fix: 'passed', docs: 'passed', ship: 'failed' })
    expect(failures(ended.report).ship).toContain('check-failed: the check `whole` (ended with exit code 1) failed on what was to be delivered')
    expect(git(bad, 'branch', '--list')).toBe('* main\n')
  })

  it.each([
    ['is checked out', 'main', 'the branch `main` is checked out in `'],
    ['holds other commits', 'other', 'the branch `other` holds commits that this change does not'],
    ['has no name of a branch', "${{ format('a..b') }}", '`a..b` is no name that a branch can have'],
  ])('leaves a branch alone that %s', async (_what, branch, message) => {
    const folder = repositoryWith({ 'p.yml': pipeline(`
fix: { agent: one, prompt: Work., verify: whole }
ship: { needs: fix, deliver: { branch: "${branch}" } }
`) })
    git(folder, 'checkout', '-q', '-b', 'other')
    git(folder, 'commit', '-q', '--allow-empty', '-m', 'of somebody')
    git(folder, 'checkout', '-q', 'main')
    const refs = git(folder, 'for-each-ref', 'refs/heads')
    const { report } = await runFor(1, folder, ['p.yml'])
    expect(failures(report).ship).toContain(`deliver-refused: ${message}`)
    expect(git(folder, 'for-each-ref', 'refs/heads')).toBe(refs)
  })

  it('moves a branch forward that the change holds', async () => {
    const folder = repositoryWith({ 'p.yml': pipeline('fix: { agent: one, prompt: Work. }\nship: { needs: fix, deliver: { branch: next, unverified: true } }') })
    git(folder, 'branch', 'next')
    const { report } = await runFor(0, folder, ['p.yml'])
    expect(git(folder, 'rev-parse', 'next').trim()).toBe(report.steps[0]?.commit)
  })

  it('writes no patch outside of the folder', async () => {
    const folder = repositoryWith({ 'p.yml': pipeline('fix: { agent: one, prompt: Work., verify: whole }\nship: { needs: fix, deliver: { patch: "${{ inputs.path }}" } }') + 'inputs: { path: { type: string, required: true } }\n' })
    const { report } = await runFor(1, folder, ['p.yml', '-i', 'path=../outside.patch'])
    expect(failures(report).ship).toContain('deliver-refused: the patch cannot be written to `../outside.patch`')
    expect(existsSync(join(folder, '../outside.patch'))).toBe(false)
  })

  it('has nothing to do where nothing was changed, and says so', async () => {
    const folder = repositoryWith({ 'p.yml': pipeline('fix: { agent: none, prompt: Work., verify: whole }\nship: { needs: fix, deliver: { branch: next } }').replace('agents:', "agents:\n  none: { executor: command, command: [bash, -c, 'true'] }") })
    const { report } = await runFor(0, folder, ['p.yml'])
    expect(report.deliveries).toEqual([])
    expect(report.exceptions.map(({ code, step }) => [code, step])).toEqual([['nothing-delivered', 'ship']])
  })

  it('that was killed in the middle is made again by a resume, once and whole', async () => {
    // The branch cannot be made while its lock is there, the patch was delivered already.
    const folder = repositoryWith({ 'p.yml': pipeline('fix: { agent: one, prompt: Work., verify: whole }\nship: { needs: fix, deliver: { patch: a.patch, branch: next } }') })
    const lock = join(folder, '.git/refs/heads/next.lock')
    writeFileSync(lock, '')
    const first = await runFor(1, folder, ['p.yml', '--run-id', 'r1'])
    expect(failures(first.report).ship).toContain('the branch `next` cannot be moved')
    rmSync(lock)
    const ended = await orchRun({ cwd: folder, args: ['resume', 'r1', '--json'] })
    expect(ended.code).toBe(0)
    const report = JSON.parse(ended.stdout) as { deliveries: { kind: string; already: boolean }[] }
    expect(report.deliveries.map(({ kind, already }) => [kind, already])).toEqual([['patch', false], ['patch', true], ['branch', false]])
  })
})
