import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { folderWith, git, removeFolders, repositoryWith } from '../rig/program.ts'
import { launch } from './scene.ts'
import { leftovers, processesWith } from './trial.ts'
import { isFull } from './volume.ts'

afterAll(removeFolders)

const ROUNDS = isFull ? 3 : 1
const RUNS = isFull ? 40 : 10
const KILLED = isFull ? 8 : 2

/** Each run changes files of its own in two worktrees at once, and merges them. */
const PIPELINE = `
steps:
  one: { workspace: worktree, run: 'echo "\${{ run.id }}" > "one-\${{ run.id }}"' }
  two: { workspace: worktree, run: 'echo "\${{ run.id }}" > "two-\${{ run.id }}"' }
  both: { needs: [one, two], run: 'cat one-* two-*' }
`

interface Place {
  readonly folder: string
  readonly state: string
  readonly log: string
}

/** Starts all runs at once, kills some of them while they own theirs, and resumes those. */
async function round({ folder, state, log }: Place, number: number): Promise<string[]> {
  const ids = Array.from({ length: RUNS }, (_, index) => `r${number}-${index}`)
  const ended = await Promise.all(ids.map(async (id, index) => {
    const isVictim = index < KILLED
    // It owns its run from when its lock is there.
    const onStart = (pid: number): void => {
      const timer = setInterval(() => {
        if (!existsSync(join(state, 'runs', `${id}.lock`))) return
        clearInterval(timer)
        setTimeout(() => {
          try { process.kill(pid, 'SIGKILL') } catch { /* It was faster. */ }
        }, index * 20)
      }, 2)
    }
    const env = { LOG: log }
    return { id, ...(await launch({ folder, state }, { args: ['p.yml', '--run-id', id, '--ui', 'silent'], env, timeoutMs: 300_000, ...(isVictim ? { onStart } : {}) })) }
  }))
  const wrong = ended.slice(KILLED).filter(({ code }) => code !== 0).map(({ id, code, stderr }) => `${id} ended with ${code}: ${stderr}`)
  const killed = ended.slice(0, KILLED)
  wrong.push(...killed.filter(({ signal }) => signal !== 'SIGKILL').map(({ id }) => `${id} was not killed in time`))
  for (const { id } of killed) {
    const resumed = await launch({ folder, state }, { args: ['resume', id, '--ui', 'silent'], env: { LOG: log } })
    // One that was killed before its first event was durable never was.
    if (resumed.code !== 0 && !(resumed.code === 2 && resumed.stderr.includes('there is no run'))) wrong.push(`${id} resumed with ${resumed.code}: ${resumed.stderr}`)
  }
  return wrong
}

describe('many processes on one repository, some of which are killed while they own their run', () => {
  it('all end or go on, and leave a whole repository', { timeout: 1_800_000 }, async () => {
    const folder = repositoryWith({ 'a.txt': 'a\n', 'p.yml': PIPELINE })
    const place = { folder, state: join(folder, '.orch-run'), log: join(folderWith({}), 'log') }
    const wrong: string[] = []
    for (let number = 1; number <= ROUNDS; number += 1) wrong.push(...(await round(place, number)))
    wrong.push(...leftovers(place).filter((words) => !/^runs\/r\d-\d+(\/(journal\.ndjson|snapshot\.json|pipeline\.yml|report\.json|steps.*))? is left$/.test(words)))
    expect(wrong).toEqual([])
    expect(processesWith(place.log)).toEqual([])
    expect(readdirSync(join(place.state, 'worktrees'))).toEqual([])
    const runs = readdirSync(join(place.state, 'runs'))
    const heads = runs.map((id) => (JSON.parse(readFileSync(join(place.state, 'runs', id, 'report.json'), 'utf8')) as { run: { status: string }; steps: { commit: string | null }[] }))
    expect(heads.map(({ run }) => run.status)).toEqual(runs.map(() => 'passed'))
    for (const [index, id] of runs.entries()) {
      const commits = heads[index]?.steps.flatMap(({ commit }) => (commit === null ? [] : [commit])) ?? []
      expect(commits.map((commit) => git(folder, 'diff-tree', '--no-commit-id', '--name-only', '-r', commit).trim()).toSorted()).toEqual([`one-${id}`, `two-${id}`])
    }
  })
})
