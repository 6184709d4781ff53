import { afterAll, describe, expect, it } from 'vitest'
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { folderWith, removeFolders, repositoryWith } from '../rig/program.ts'
import { launch } from './scene.ts'
import { leftovers, processesWith } from './trial.ts'
import { inTurns, isFull, seeded } from './volume.ts'

afterAll(removeFolders)

/** What GitHub leaves a job that is cancelled. */
const LIMIT_MS = 7500
const TRIALS = isFull ? 100 : 6

/** `tame` ends when it is asked to; `deaf` has to be killed; `daemon` left its group and its parents, and is deaf too. */
const CHILDREN = {
  tame: 'sleep 86500',
  deaf: "trap '' TERM INT HUP; while :; do sleep 1; done",
  daemon: '(setsid bash -c \'trap "" TERM HUP; (while :; do sleep 1; done) & exit\' </dev/null >/dev/null 2>&1 &); sleep 86500',
}
type Child = keyof typeof CHILDREN

const pipeline = (log: string, child: Child): string => `
env: { LOG: ${log} }
limits: { concurrency: 3 }
steps:
  first: { run: 'echo first >> "$LOG"' }
  change: { needs: first, workspace: worktree, run: 'echo new > b.txt; echo change >> "$LOG"' }
  hang:
    needs: first
    run: |
      test -e "$LOG.go" && exit 0
      ${CHILDREN[child]}
  last: { needs: [change, hang], run: 'test "$(cat b.txt)" = new; echo last >> "$LOG"' }
`

interface CancelTrial {
  readonly child: Child
  readonly signal: 'SIGINT' | 'SIGTERM'
  readonly afterMs: number
}

async function tryCancel({ child, signal, afterMs }: CancelTrial): Promise<string[]> {
  const log = join(folderWith({}), 'log')
  const folder = repositoryWith({ 'a.txt': 'a\n', 'p.yml': pipeline(log, child) })
  const scene = { folder, state: join(folder, '.orch-run'), log }
  let sent = 0
  const onStart = (pid: number): void => void setTimeout(() => {
    sent = performance.now()
    process.kill(pid, signal)
  }, afterMs)
  const ended = await launch(scene, { args: ['p.yml', '--run-id', 'r1'], onStart, timeoutMs: 20_000 })
  const took = performance.now() - sent
  const wrong: string[] = []
  const began = existsSync(join(scene.state, 'runs/r1/journal.ndjson'))
  // Before the run is owned nothing is to be put away, and the system's own way to end is as good.
  const isRight = ended.code === (signal === 'SIGINT' ? 130 : 143) || (!began && ended.signal === signal)
  if (!isRight) wrong.push(`it ended with ${ended.code ?? ended.signal}: ${ended.stderr}`)
  if (took > LIMIT_MS) wrong.push(`it took ${Math.round(took)} ms`)
  wrong.push(...processesWith(log).map((pid) => `the process ${pid} lives: ${readFileSync(`/proc/${pid}/cmdline`, 'latin1')}`))
  if (existsSync(scene.state)) wrong.push(...leftovers(scene))
  if (existsSync(join(scene.state, 'worktrees'))) wrong.push(...readdirSync(join(scene.state, 'worktrees')).map((name) => `the worktree ${name} is left`))
  wrong.push(...(await goesOn(scene, began)))
  return wrong.map((words) => `${child} ${signal} after ${Math.round(afterMs)} ms: ${words}`)
}

/** The resumed run, or a new one where nothing had begun, comes to its end, and no step that had passed is run again. */
async function goesOn(scene: { readonly folder: string; readonly state: string; readonly log: string }, began: boolean): Promise<string[]> {
  const before = existsSync(scene.log) ? readFileSync(scene.log, 'utf8').split('\n').filter((line) => line === 'change').length : 0
  writeFileSync(`${scene.log}.go`, '')
  const ended = await launch(scene, { args: began ? ['resume', 'r1'] : ['p.yml', '--run-id', 'r1'] })
  if (ended.code !== 0) return [`the resume ended with ${ended.code ?? ended.signal}: ${ended.stderr}`]
  const after = readFileSync(scene.log, 'utf8').split('\n').filter((line) => line === 'change').length
  return after > before + 1 || after === 0 ? [`\`change\` ran ${after} times, ${before} of them before`] : []
}

describe('a signal at any instant', () => {
  it('ends the run within what GitHub leaves it, with nothing left behind, and it can go on', { timeout: 3_600_000 }, async () => {
    const random = seeded(86_500)
    const kinds: readonly Child[] = ['tame', 'deaf', 'daemon']
    const trials = Array.from({ length: TRIALS }, (_, index): CancelTrial => ({
      child: kinds[index % 3] ?? 'tame', signal: random() < 0.5 ? 'SIGINT' : 'SIGTERM', afterMs: 50 + random() * 900,
    }))
    expect(await inTurns(trials, tryCancel)).toEqual([])
  })
})
