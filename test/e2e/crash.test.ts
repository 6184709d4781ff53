import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { living, pidsIn, pipeAt } from '../rig/processes.ts'
import { folderWith, git, orchRun, removeFolders, repositoryWith } from '../rig/program.ts'
import { outputsOf, runFor, statuses } from '../rig/report.ts'
import type { Report } from '../rig/report.ts'

afterAll(removeFolders)

/** Every attempt writes its node to the log before it ends. */
const PIPELINE = `
limits: { concurrency: 3 }
steps:
  first: { run: 'echo first >> "$LOG"; echo "v=1" >> "$ORCH_OUTPUT"' }
  change: { needs: first, workspace: worktree, run: 'echo "$(cat a.txt) \${{ steps.first.outputs.v }}" > b.txt; echo change >> "$LOG"' }
  many: { needs: first, matrix: { n: [1, 2, 3] }, run: 'echo "many(n=\${{ matrix.n }})" >> "$LOG"; echo "v=\${{ matrix.n }}" >> "$ORCH_OUTPUT"' }
  flaky: { needs: first, retry: { attempts: 2, backoff: 1ms }, run: 'echo flaky >> "$LOG"; test "$ORCH_ATTEMPT" != 1' }
  last: { needs: [change, many, flaky], run: 'echo last >> "$LOG"; echo "v=$(cat b.txt)" >> "$ORCH_OUTPUT"' }
outputs: { v: "\${{ steps.last.outputs.v }}" }
`
const TRIALS = 30
const AT_ONCE = 3

/** Numbers in [0, 1) that are the same each time. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** What must be the same, however often the run was killed. */
function essence(report: Report): unknown {
  return [report.run.status, report.run.outputs, statuses(report), outputsOf(report), report.steps.map(({ files_changed }) => files_changed)]
}

/** Nodes of which the journal says that they have passed. */
function acknowledged(folder: string): string[] {
  const path = join(folder, '.orch-run/runs/r1/journal.ndjson')
  if (!existsSync(path)) return []
  return readFileSync(path, 'utf8').split('\n').slice(0, -1).map((line) => JSON.parse(line) as { type: string; node?: string; status?: string })
    .flatMap((event) => (event.type === 'attempt-ended' && event.status === 'passed' ? [event.node ?? ''] : []))
}

const counted = (lines: readonly string[], line: string): number => lines.filter((one) => one === line).length

async function trial(fraction: number, undisturbed: { readonly ms: number; readonly essence: unknown }): Promise<'before' | 'within' | 'after'> {
  const folder = repositoryWith({ 'a.txt': 'a\n', '.gitignore': 'log\n', 'p.yml': PIPELINE })
  const log = join(folder, 'log')
  const kill = (pid: number): void => void setTimeout(() => {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It was faster.
    }
  }, fraction * undisturbed.ms)
  await orchRun({ cwd: folder, args: ['p.yml', '--run-id', 'r1', '--ui', 'silent'], env: { LOG: log }, onStart: kill })
  const kept = acknowledged(folder)
  const before = existsSync(log) ? readFileSync(log, 'utf8').split('\n') : []
  let resumed = await orchRun({ cwd: folder, args: ['resume', 'r1', '--json'], env: { LOG: log } })
  const neverBegan = resumed.code === 2
  if (neverBegan) resumed = await orchRun({ cwd: folder, args: ['p.yml', '--json'], env: { LOG: log } })
  expect(resumed.code, resumed.stderr).toBe(0)
  const report = JSON.parse(resumed.stdout) as Report
  expect(essence(report)).toEqual(undisturbed.essence)
  const after = readFileSync(log, 'utf8').split('\n')
  expect(kept.map((node) => [node, counted(after, node)])).toEqual(kept.map((node) => [node, counted(before, node)]))
  expect(readdirSync(join(folder, '.orch-run/runs')).filter((name) => name.endsWith('.lock'))).toEqual([])
  const worktrees = join(folder, '.orch-run/worktrees')
  expect(existsSync(worktrees) ? readdirSync(worktrees) : []).toEqual([])
  expect([git(folder, 'status', '--porcelain'), git(folder, 'show', `${report.git.head}:b.txt`)]).toEqual(['', 'a 1\n'])
  return neverBegan ? 'before' : kept.length === 7 ? 'after' : 'within'
}

describe('a program that is killed at any instant', () => {
  it('leaves a run that ends as the undisturbed one, and nothing that was acknowledged runs again', async () => {
    const folder = repositoryWith({ 'a.txt': 'a\n', '.gitignore': 'log\n', 'p.yml': PIPELINE })
    const { report, ended } = await runFor(0, folder, ['p.yml'], { env: { LOG: join(folder, 'log') } })
    expect(report.run.outputs).toEqual({ v: 'a 1' })
    const random = seeded(20261121)
    const fractions = Array.from({ length: TRIALS }, () => 0.15 + random())
    const kinds: string[] = []
    const worker = async (): Promise<void> => {
      for (let fraction = fractions.pop(); fraction !== undefined; fraction = fractions.pop()) {
        kinds.push(await trial(fraction, { ms: ended.ms, essence: essence(report) }))
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, worker))
    expect(kinds).toHaveLength(TRIALS)
    expect(kinds).toContain('within')
  })
})

describe('what a killed program left', () => {
  const hanging = `
steps:
  hang:
    workspace: \${PLACE}
    run: |
      mkfifo never
      echo $$ > "$LOG"
      (trap '' TERM; echo $BASHPID >> "$LOG"; read x < never; read x < never) &
      setsid bash -c 'echo $$ >> "$LOG"; read x < never' &
      while [ "$(wc -l < "$LOG")" != 3 ]; do :; done
      echo ready > "$READY"
      wait
`
  it('is ended and removed by the next command on that state folder, whichever it is; a living run is left alone', async () => {
    const folder = repositoryWith({ 'dead.yml': hanging.replace('${PLACE}', 'worktree'), 'alive.yml': hanging.replace('${PLACE}', 'none'), 'quick.yml': 'steps:\n  a: { run: "true" }\n' })
    const state = folderWith({})
    const scene = (name: string): { env: Record<string, string>; ready: ReturnType<typeof pipeAt>; pids: () => number[]; pid: number } => {
      const ready = pipeAt(join(state, `${name}.ready`))
      return { env: { LOG: join(state, `${name}.log`), READY: ready.path }, ready, pids: () => pidsIn(join(state, `${name}.log`)), pid: 0 }
    }
    const start = (name: string): ReturnType<typeof scene> & { done: ReturnType<typeof orchRun> } => {
      const own = scene(name)
      const done = orchRun({ cwd: folder, args: [`${name}.yml`, '--run-id', name, '--state-dir', state], env: own.env, onStart: (pid) => { own.pid = pid } })
      return Object.assign(own, { done })
    }
    const dead = start('dead')
    const alive = start('alive')
    await Promise.all([dead.ready.said(), alive.ready.said()])
    process.kill(dead.pid, 'SIGKILL')
    await dead.done
    expect([living(dead.pids()).length, readdirSync(join(state, 'worktrees')), existsSync(join(state, 'runs/dead/outputs'))]).toEqual([3, ['dead'], true])

    const next = await orchRun({ cwd: folder, args: ['quick.yml', '--state-dir', state] })
    expect(next.code, next.stderr).toBe(0)
    expect(living(dead.pids())).toEqual([])
    expect([readdirSync(join(state, 'worktrees')), existsSync(join(state, 'runs/dead/outputs')), existsSync(join(state, 'runs/dead.lock'))]).toEqual([[], false, false])
    expect(living(alive.pids())).toHaveLength(3)
    const listed = await orchRun({ cwd: folder, args: ['runs', '--json', '--state-dir', state] })
    expect((JSON.parse(listed.stdout) as { pipeline: string; status: string }[]).map(({ pipeline, status }) => [pipeline, status]).toSorted()).toEqual([
      ['alive', 'running'], ['dead', 'interrupted'], ['quick', 'passed'],
    ])
    process.kill(alive.pid, 'SIGTERM')
    expect((await alive.done).code).toBe(143)
    expect(living(alive.pids())).toEqual([])
  })
})
