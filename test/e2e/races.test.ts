import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { living, pidsIn, pipeAt } from '../rig/processes.ts'
import { folderWith, git, orchRun, removeFolders, repositoryWith } from '../rig/program.ts'
import { failures, journalOf, runFor, statuses } from '../rig/report.ts'
import type { Report, ReportStep } from '../rig/report.ts'
import { SCENE_ENV as env, sceneOf } from '../rig/scene.ts'
import type { SimAnswer, SimRequest } from '../simulator/answer.ts'
import type { Simulator } from '../simulator/simulator.ts'

afterAll(removeFolders)

interface Race {
  readonly pick: string
  readonly chosen: number | null
  readonly because: string
  readonly judge: string | null
  readonly judge_cost_usd: number
  readonly contestants: readonly {
    readonly index: number; readonly agent: string; readonly status: string; readonly because: string | null; readonly commit: string | null
    readonly lines: number; readonly cost_usd: number; readonly checks: ReportStep['checks']; readonly failure: ReportStep['failure']
  }[]
}

const raceOf = (report: Report, id = 'work'): Race => (report.steps.find((step) => step.id === id) as unknown as { race: Race }).race

const shown = ({ contestants }: Race): unknown[] => contestants.map(({ index, agent, status, because }) => [index, agent, status, because])

/** Writes `lines` lines, and is billed for so many tokens of output in each of its two turns. */
const writes = (lines: number, output: number) => (request: SimRequest): SimAnswer => ({
  usage: { input: 100, output },
  ...(request.answers === 0 ? { calls: [{ name: 'write_file', input: { path: 'b.txt', content: 'line\n'.repeat(lines) } }] } : { text: `wrote ${lines}` }),
})

function invoiced(simulator: Simulator): number {
  const { input, output } = simulator.invoice()
  return (input * 3 + output * 15) / 1e6
}

function toldOf(race: Race): number {
  return race.contestants.reduce((sum, { cost_usd }) => sum + cost_usd, race.judge_cost_usd)
}

/** Two agents that cost and change different amounts: `m` is the cheaper one, `n` the briefer one. */
const TWO = `
agents: { thrifty: { model: sim/m, tools: [files] }, brief: { model: sim/n, tools: [files] } }
checks: { written: { kind: tests, run: test -s b.txt } }
`
const two = (request: SimRequest): SimAnswer => (request.model === 'm' ? writes(5, 20) : writes(2, 900))(request)

describe('a race', () => {
  it('is won by the first that passes: the others are stopped with all their processes, and nothing is left', async () => {
    const outside = folderWith({})
    const ready = pipeAt(join(outside, 'ready'))
    const folder = repositoryWith({
      'fast.sh': `read -r _ < ${ready.path}; echo fast > b.txt`,
      'slow.sh': `echo half > b.txt; sleep 300 & echo $! >> ${outside}/pids; echo $$ >> ${outside}/pids; echo go > ${ready.path}; wait; echo slow > b.txt`,
      'p.yml': `
agents:
  fast: { executor: command, command: [bash, fast.sh], sandbox: off }
  slow: { executor: command, command: [bash, slow.sh], sandbox: off }
  wrong: { executor: command, command: [bash, -c, "echo wrong > c.txt"], sandbox: off }
checks: { written: { run: test -e b.txt } }
steps:
  work: { agent: [slow, fast, wrong], prompt: Write b.txt., verify: written, artifacts: [b.txt] }
  use: { needs: work, run: cat b.txt }
`,
    })
    const { report } = await runFor(0, folder, ['p.yml', '--run-id', 'r'])
    expect(living(pidsIn(join(outside, 'pids')))).toEqual([])
    const race = raceOf(report)
    expect([race.pick, race.chosen, race.because, race.judge]).toEqual(['first_passing', 2, 'it passed first', null])
    expect(shown(race)).toEqual([[1, 'slow', 'stopped', 'stopped: another one passed first'], [2, 'fast', 'passed', 'chosen'], [3, 'wrong', 'failed', 'failed: check-failed']])
    const work = report.steps[0]
    expect(work).toMatchObject({ agent: 'fast', status: 'passed', files_changed: ['b.txt'], artifacts: [{ attempt: 1, path: 'b.txt', bytes: 5 }] })
    expect(work?.checks.map(({ name, status }) => [name, status])).toEqual([['written', 'passed']])
    expect(git(folder, 'show', `${work?.commit}:b.txt`)).toBe('fast\n')
    expect(git(folder, 'rev-parse', 'refs/orch-run/r/work').trim()).toBe(work?.commit)
    expect([report.git.head, existsSync(join(folder, 'b.txt')), existsSync(join(folder, '.orch-run/worktrees/r'))]).toEqual([work?.commit, false, false])
    expect(report.agents).toMatchObject({ slow: { attempts: 1, failures: 0 }, fast: { attempts: 1, failures: 0 }, wrong: { attempts: 1, failures: 1 } })
  })

  it('stops a call of a model under way, which stays paid for, and tells what each contestant cost', async () => {
    let open = (): void => {}
    const asked = new Promise<void>((resolve) => { open = resolve })
    const { folder, simulator } = await sceneOf(`${TWO}steps: { work: { agent: [brief, thrifty], prompt: Write., verify: written } }\n`, async (request) => {
      if (request.model === 'n') {
        open()
        return { text: 'thinking', fault: { kind: 'stall', after: 3 } }
      }
      await asked
      return writes(5, 20)(request)
    })
    const { report } = await runFor(0, folder, ['p.yml', '--run-id', 'r'], { env })
    await simulator.close()
    const race = raceOf(report)
    expect(shown(race)).toEqual([[1, 'brief', 'stopped', 'stopped: another one passed first'], [2, 'thrifty', 'passed', 'chosen']])
    expect(race.contestants.every(({ cost_usd }) => cost_usd > 0)).toBe(true)
    expect(report.totals.cost_usd).toBeCloseTo(toldOf(race), 9)
    const events = journalOf(folder, 'r')
    const calls = (type: string): unknown[] => events.filter((event) => event.type === type).map(({ call }) => call).sort()
    expect(calls('call-settled')).toEqual(calls('call-reserved'))
    expect(events.map(({ type }) => type).filter((type) => type.includes('race') || type.includes('contestant'))).toEqual(['contestant-finished', 'contestant-finished', 'race-decided'])
  })

  it('goes to the cheapest, or to the smallest change, and the bill is what the provider sent', async () => {
    const because = { cheapest: ['it cost $0.0012', 'it cost $0.0276'], smallest_diff: ['it changed 2 lines', 'it changed 5 lines'] }
    for (const [pick, agent, commit] of [['cheapest', 'thrifty', 1], ['smallest_diff', 'brief', 2]] as const) {
      const { folder, simulator } = await sceneOf(`${TWO}steps: { work: { agent: [thrifty, brief], pick: ${pick}, prompt: Write., verify: written } }\n`, two)
      const { report } = await runFor(0, folder, ['p.yml', '--run-id', 'r'], { env })
      await simulator.close()
      const race = raceOf(report)
      expect([report.steps[0]?.agent, race.chosen, race.because]).toEqual([agent, commit, because[pick][0]])
      expect(race.contestants.map(({ lines, because: why }) => [lines, why])).toEqual(pick === 'cheapest' ? [[5, 'chosen'], [2, because[pick][1]]] : [[5, because[pick][1]], [2, 'chosen']])
      expect(report.totals.cost_usd).toBeCloseTo(invoiced(simulator), 9)
      expect(toldOf(race)).toBeCloseTo(invoiced(simulator), 9)
      const other = race.contestants.find(({ index }) => index !== race.chosen)
      expect(git(folder, 'rev-parse', `refs/orch-run/r/work%7e${other?.index}`).trim()).toBe(other?.commit)
    }
  })

  it('may be one agent several times, and goes by the order of the list where all are equal', async () => {
    const { folder, simulator } = await sceneOf(`${TWO}steps: { work: { agent: [brief, brief, brief], pick: cheapest, prompt: Write., verify: written } }\n`, two)
    const { report } = await runFor(0, folder, ['p.yml'], { env })
    await simulator.close()
    expect(shown(raceOf(report))).toEqual([
      [1, 'brief', 'passed', 'chosen'], [2, 'brief', 'passed', 'it cost $0.0276 too, and stands later'], [3, 'brief', 'passed', 'it cost $0.0276 too, and stands later'],
    ])
    expect(report.agents.brief).toMatchObject({ attempts: 3, calls: 6, turns: 6 })
  })

  it('is decided by a judge that sees each change and no names, may only read, and is paid for', async () => {
    const { folder, simulator } = await sceneOf(`${TWO.replace('agents: {', 'agents: { referee: { model: sim/m, tools: [files] },')}
steps: { work: { agent: [thrifty, brief], pick: judge, judge: referee, prompt: Write it well., verify: written } }
`, (request) => {
      if (!request.task.startsWith('Several agents did the same task')) return two(request)
      if (request.answers > 0) return { text: 'chosen', usage: { input: 10, output: 1 } }
      return { calls: [{ name: request.tools.at(-1) ?? '', input: { choice: 2, reason: 'it is shorter' } }], usage: { input: 50, output: 5 } }
    })
    const { report } = await runFor(0, folder, ['p.yml'], { env })
    await simulator.close()
    const race = raceOf(report)
    expect([race.chosen, race.because, race.judge, report.steps[0]?.agent]).toEqual([2, 'it is shorter', 'referee', 'brief'])
    expect(shown(race)).toEqual([[1, 'thrifty', 'passed', 'the judge chose another'], [2, 'brief', 'passed', 'chosen']])
    expect([race.judge_cost_usd > 0, toldOf(race)]).toEqual([true, expect.closeTo(invoiced(simulator), 9)])
    expect(report.totals.cost_usd).toBeCloseTo(invoiced(simulator), 9)
    const asked = simulator.log.map(({ request }) => request).find(({ task }) => task.startsWith('Several'))
    expect(asked?.tools).not.toContain('write_file')
    expect(asked?.task).toMatch(/# The task\n\n> Write it well\.\n\n# Contestant 1\n\n5 lines changed in 1 files; checks: written passed[^]*> \+line[^]*# Contestant 2/)
    expect(asked?.task).not.toMatch(/thrifty|brief/)
  })

  it('fails with the judge that comes to nothing, and asks none where one alone passed', async () => {
    const judged = (run: string): string => `
agents:
  one: { executor: command, command: [bash, -c, "echo one > b.txt"], sandbox: off }
  two: { executor: command, command: [bash, -c, "${run}"], sandbox: off }
  referee: { executor: command, command: [bash, -c, "echo mine > b.txt"], sandbox: off }
checks: { written: { run: test -e b.txt } }
steps: { work: { agent: [one, two], pick: judge, judge: referee, prompt: Write., verify: written } }
`
    const both = await runFor(1, repositoryWith({ 'a.txt': 'a\n', 'p.yml': judged('echo two > b.txt') }), ['p.yml'])
    expect(failures(both.report).work).toMatch(/^[a-z-]+: the judge `referee` came to nothing: /)
    expect(raceOf(both.report)).toMatchObject({ chosen: null, contestants: [{ status: 'passed', because: 'nobody chose' }, { status: 'passed' }] })
    const alone = await runFor(0, repositoryWith({ 'a.txt': 'a\n', 'p.yml': judged('true') }), ['p.yml'])
    expect(raceOf(alone.report)).toMatchObject({ chosen: 1, because: 'it alone passed', judge: null })
  })

  it('that nobody passes fails with the reason of each, as often as `retry` says', async () => {
    const folder = repositoryWith({
      'a.txt': 'a\n', 'p.yml': `
agents:
  quits: { executor: command, command: [bash, -c, "exit 3"], sandbox: off }
  errs: { executor: command, command: [bash, -c, "echo x > x.txt"], sandbox: off, backup: [quits] }
checks: { written: { run: test -e b.txt } }
steps: { work: { agent: [quits, errs], prompt: Write b.txt., verify: written, retry: { attempts: 2, backoff: 1ms } } }
`,
    })
    const { report } = await runFor(1, folder, ['p.yml'])
    expect(failures(report).work).toMatch(/^race-failed: none of the 2 contestants passed: 1 `quits`: .*3.*; 2 `errs`: the check `written` /)
    expect(report.steps[0]?.attempts.map(({ agent, status, failure }) => [agent, status, failure?.code])).toEqual([[null, 'failed', 'race-failed'], [null, 'failed', 'race-failed']])
    expect(raceOf(report)).toMatchObject({ chosen: null, because: 'none passed', contestants: [{ checks: [] }, { checks: [{ name: 'written', status: 'failed' }] }] })
  })

  it('that was killed begins again with a resume, and what it was charged stays', async () => {
    const outside = folderWith({})
    const ready = pipeAt(join(outside, 'ready'))
    const { folder, simulator } = await sceneOf(`
agents:
  quick: { model: sim/m, tools: [files] }
  hangs: { executor: command, command: [bash, hangs.sh], sandbox: off }
checks: { written: { kind: tests, run: test -s b.txt } }
steps: { work: { agent: [quick, hangs], pick: smallest_diff, prompt: Write., verify: written } }
`, writes(3, 10), { 'hangs.sh': `echo $$ >> ${outside}/pids; test -e ${outside}/again && { echo x > b.txt; exit; }; touch ${outside}/again; echo go > ${ready.path}; sleep 300` })
    await orchRun({ cwd: folder, args: ['p.yml', '--run-id', 'r', '--ui', 'silent'], env, onStart: (pid) => void ready.said().then(() => process.kill(pid, 'SIGKILL')) })
    const { report } = await runFor(0, folder, ['resume', 'r'], { env })
    await simulator.close()
    expect(living(pidsIn(join(outside, 'pids')))).toEqual([])
    expect(report.steps[0]?.attempts.map(({ status }) => status)).toEqual(['cancelled', 'passed'])
    expect(shown(raceOf(report))).toEqual([[1, 'quick', 'passed', 'it changed 3 lines'], [2, 'hangs', 'passed', 'chosen']])
    const settled = journalOf(folder, 'r').filter(({ type }) => type === 'call-settled').reduce((sum, { cost }) => sum + Number(cost) / 1e12, 0)
    expect(report.totals.cost_usd).toBeGreaterThanOrEqual(settled - 1e-12)
    expect(toldOf(raceOf(report))).toBeCloseTo((2 * (100 * 3 + 10 * 15)) / 1e6, 9)
  })

  it('counts each contestant in the `max_load` of its agent', async () => {
    const folder = repositoryWith({
      'a.txt': 'a\n', 'p.yml': `
limits: { concurrency: 4 }
agents: { a: { executor: command, command: [bash, -c, "echo x > b.txt"], sandbox: off, max_load: 3 } }
steps:
  work: { agent: [a, a], prompt: "\${{ matrix.n }}", matrix: { n: [1, 2, 3] } }
`,
    })
    const { report } = await runFor(0, folder, ['p.yml', '--run-id', 'r'])
    expect(Object.values(statuses(report))).toEqual(['passed', 'passed', 'passed'])
    let working = 0
    let most = 0
    for (const { type } of journalOf(folder, 'r')) {
      if (type === 'attempt-started') most = Math.max(most, (working += 1))
      if (type === 'attempt-ended') working -= 1
    }
    expect(most).toBe(1)
  })

  it('stands in the plan with all its agents, and is bounded by all of them and the judge', async () => {
    const plan = async (step: string, format: string): Promise<string> => {
      const { folder, simulator } = await sceneOf(`${TWO}steps: { work: { ${step}, prompt: Write. } }\n`, two)
      const { stdout } = await orchRun({ cwd: folder, args: ['plan', 'p.yml', '--format', format], env })
      await simulator.close()
      return stdout
    }
    const costOf = async (step: string): Promise<{ most: number; expected: number }> => {
      const { steps: [work] } = JSON.parse(await plan(step, 'json')) as { steps: { cost: { most_usd: number; expected_usd: number } }[] }
      return { most: work?.cost.most_usd ?? 0, expected: work?.cost.expected_usd ?? 0 }
    }
    const [alone, race, judged] = [await costOf('agent: brief'), await costOf('agent: [brief, thrifty]'), await costOf('agent: [brief, thrifty], pick: judge, judge: brief')]
    expect([race.most, race.expected]).toEqual([expect.closeTo(2 * alone.most, 6), expect.closeTo(2 * alone.expected, 6)])
    expect(judged.most).toBeGreaterThan(race.most)
    expect(await plan('agent: [brief, thrifty], pick: judge, judge: brief', 'text')).toMatch(/race +brief, thrifty; pick judge by brief/)
    expect(await plan('agent: [brief, thrifty]', 'mermaid')).toContain('race of brief, thrifty<br/>pick first_passing')
    expect(await plan('agent: [brief, thrifty]', 'dot')).toContain('race of brief, thrifty\\npick first_passing')
  })
})
