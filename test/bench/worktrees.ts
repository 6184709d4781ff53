import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { realPorts } from '../../src/cli/ports.ts'
import { openWorkspaces } from '../../src/workspace/open.ts'
import { median, row } from './measure.ts'

const FILES = 5000
const ROUNDS = 3

/** Worktrees of a repository of 5,000 files: the first, and the tenth from the pool at another commit, against git's own. */
export async function benchWorktrees(folder: string): Promise<void> {
  const repository = join(folder, 'repository')
  const commits = makeRepository(repository)
  const first: number[] = []
  const tenth: number[] = []
  const theirs: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    theirs.push(timed(() => git(repository, 'worktree', 'add', '--detach', '-q', `../linked-${round}`, commits[1] ?? 'HEAD')))
    execFileSync('rm', ['-rf', join(folder, `linked-${round}`)])
    git(repository, 'worktree', 'prune')
    const own = await pool(repository, join(folder, `state-${round}`), commits)
    first.push(own.first)
    tenth.push(own.tenth)
  }
  const add = median(theirs)
  process.stdout.write(row([`first worktree of ${FILES} files, ready to use`, 'git worktree add', `${(median(first) / add).toFixed(2)} ×`, '≤ 1.05', `${median(first).toFixed(0)} ms`, `${add.toFixed(0)} ms`]))
  process.stdout.write(row(['tenth, from the pool, at another commit', 'git worktree add', `${(median(tenth) / add).toFixed(2)} ×`, '≤ 0.2', `${median(tenth).toFixed(0)} ms`, `${add.toFixed(0)} ms`]))
}

async function pool(checkout: string, stateDir: string, commits: readonly string[]): Promise<{ first: number; tenth: number }> {
  const ports = realPorts(process.env as Record<string, string>)
  const repository = await ports.git.inspect(checkout)
  if (!repository) throw new Error('the bench repository is gone')
  const opened = await openWorkspaces(ports, { run: 'bench', stateDir, checkout, repository, base: commits[0] ?? '', link: [], copy: [] })
  if (!opened.ok) throw new Error(opened.error.message)
  const times: number[] = []
  for (let turn = 0; turn < 10; turn += 1) {
    const began = performance.now()
    const lease = await opened.value.acquire(turn === 0 ? [] : [commits[turn % 2] ?? ''])
    times.push(performance.now() - began)
    if (!lease.ok) throw new Error(lease.error.message)
    for (let index = 0; index < 20; index += 1) writeFileSync(join(lease.value.root, `new-${index}.txt`), 'left behind\n')
    writeFileSync(join(lease.value.root, 'd0/f0.txt'), 'changed\n')
    await opened.value.release(lease.value)
  }
  await opened.value.close()
  rmSync(stateDir, { recursive: true, force: true })
  return { first: times[0] ?? Number.NaN, tenth: times[9] ?? Number.NaN }
}

function makeRepository(path: string): string[] {
  mkdirSync(path, { recursive: true })
  git(path, 'init', '-q', '-b', 'main')
  for (let index = 0; index < FILES; index += 1) {
    mkdirSync(join(path, `d${index % 100}`), { recursive: true })
    writeFileSync(join(path, `d${index % 100}/f${index}.txt`), `file ${index}\n`.repeat(250))
  }
  return ['one', 'two'].map((message) => {
    writeFileSync(join(path, 'd1/f1.txt'), `${message}\n`)
    git(path, 'add', '-A')
    git(path, '-c', 'user.name=bench', '-c', 'user.email=bench@example.test', 'commit', '-q', '-m', message)
    return git(path, 'rev-parse', 'HEAD').trim()
  })
}

function git(cwd: string, ...args: string[]): string {
  return execFileSync('git', args, { cwd, encoding: 'utf8', env: { PATH: process.env.PATH ?? '', HOME: cwd, GIT_CONFIG_NOSYSTEM: '1' } })
}

function timed(work: () => unknown): number {
  const began = performance.now()
  work()
  return performance.now() - began
}
