import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { git, orchRun, removeFolders, repositoryWith } from '../rig/program.ts'
import { runFor } from '../rig/report.ts'

afterEach(removeFolders)

const PIPELINE = `steps:
  make: { workspace: worktree, run: 'echo "$ORCH_RUN_ID" > made.txt' }
  fail: { run: 'test "$ORCH_RUN_ID" != bad' }
`

async function runs(...ids: string[]): Promise<string> {
  const folder = repositoryWith({ 'p.yml': PIPELINE })
  for (const id of ids) await runFor(id === 'bad' ? 1 : 0, folder, ['p.yml', '--run-id', id])
  return folder
}

interface Freed { readonly runs: string[]; readonly worktrees: string[]; readonly refs: string[]; readonly cache_entries: number; readonly bytes: number }

async function gc(folder: string, ...args: string[]): Promise<Freed> {
  const ended = await orchRun({ cwd: folder, args: ['gc', '--json', ...args] })
  expect([ended.code, ended.stderr]).toEqual([0, ''])
  return JSON.parse(ended.stdout) as Freed
}

const left = (folder: string): string[] => readdirSync(join(folder, '.orch-run/runs')).toSorted()
const refs = (folder: string): string[] => git(folder, 'for-each-ref', '--format=%(refname)', 'refs/orch-run').trim().split('\n')

describe('gc', () => {
  it('keeps the newest runs, and removes the others that passed with their refs', async () => {
    const folder = await runs('r1', 'bad', 'r2', 'r3')
    git(folder, 'branch', 'refs-orch-run-r1')
    const dry = await gc(folder, '--keep', '1', '--dry-run')
    expect([dry.runs, dry.refs, left(folder).length, refs(folder).length]).toEqual([['r2', 'r1'], ['refs/orch-run/r1/make', 'refs/orch-run/r2/make'], 4, 4])
    expect(dry.bytes).toBeGreaterThan(1000)
    expect(await gc(folder, '--keep', '1')).toEqual(dry)
    expect([left(folder), refs(folder)]).toEqual([['bad', 'r3'], ['refs/orch-run/bad/make', 'refs/orch-run/r3/make']])
    expect(git(folder, 'branch', '--list', '--format=%(refname:short)').trim().split('\n')).toEqual(['main', 'refs-orch-run-r1'])
    expect((await gc(folder, '--keep', '0', '--unfinished')).runs).toEqual(['r3', 'bad'])
    expect(git(folder, 'for-each-ref', 'refs/orch-run')).toBe('')
    git(folder, 'fsck', '--no-progress')
  })

  it('without options removes nothing young, and tells in words what it did', async () => {
    const folder = await runs('r1')
    const ended = await orchRun({ cwd: folder, args: ['gc'] })
    expect([ended.code, ended.stdout]).toEqual([0, 'removed 0 runs, 0 leftover worktrees, 0 refs, 0 cache entries; 0.0 MiB\n'])
    expect((await gc(folder, '--older-than', '1h')).runs).toEqual([])
    expect((await gc(folder, '--older-than', '1ms')).runs).toEqual(['r1'])
    for (const wrong of [['--older-than', '3'], ['--keep', '-1']]) expect((await orchRun({ cwd: folder, args: ['gc', ...wrong] })).code).toBe(2)
  })

  it('removes worktrees that nobody works in, and what only lost entries of the cache had kept', async () => {
    const folder = repositoryWith({ 'p.yml': `steps: { a: { run: 'mkdir -p out; echo made > out/x', cache: { paths: [out] } } }\n`, '.gitignore': 'out\n' })
    await runFor(0, folder, ['p.yml', '--run-id', 'r1'])
    mkdirSync(join(folder, '.orch-run/worktrees/gone/1'), { recursive: true })
    writeFileSync(join(folder, '.orch-run/worktrees/gone/1/file'), 'x')
    expect(await gc(folder)).toMatchObject({ worktrees: ['worktrees/gone'], cache_entries: 0 })
    expect(existsSync(join(folder, '.orch-run/worktrees/gone'))).toBe(false)
    rmSync(join(folder, 'out'), { recursive: true })
    expect((await runFor(0, folder, ['p.yml'])).report.steps[0]?.cached).toBe(true)
    expect(await gc(folder, '--older-than', '1ms', '--keep', '9')).toMatchObject({ runs: [], cache_entries: 1, bytes: 5 })
    expect((await runFor(0, folder, ['p.yml'])).report.steps[0]?.cached).toBe(false)
  })
})
