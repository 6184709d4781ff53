import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { git, orchRun, removeFolders } from '../rig/program.ts'
import { failures, journalOf, outputsOf, runFor, statuses } from '../rig/report.ts'
import type { Report } from '../rig/report.ts'
import { SCENE_ENV as env, sceneOf } from '../rig/scene.ts'
import type { SimAnswer, SimRequest } from '../simulator/answer.ts'

afterAll(removeFolders)

type Task = Readonly<Record<string, unknown>>

const PIPELINE = `
limits: { concurrency: 3 }
agents:
  planner: { model: sim/m, permissions: read-only }
  coder: { model: sim/m, tools: [files], capabilities: [code] }
  writer: { model: sim/n, tools: [files], capabilities: [prose], max_load: 1 }
checks: { whole: { run: test -f a.txt } }
steps:
  plan: { agent: planner, prompt: Plan it., outputs: { tasks: { type: array } } }
  work: { needs: plan, tasks: "\${{ steps.plan.outputs.tasks }}", max_tasks: 12, verify: whole, continue_on_error: true }
  send: { needs: work, deliver: { patch: out.patch } }
`

/**
 * Three layers of four; two of the first write the same file, and what `b4` does never works, so that `c4` never begins. What the
 * planner gives in their place works no better.
 */
const TASKS: readonly Task[] = ['a', 'b', 'c'].flatMap((layer, depth) => [1, 2, 3, 4].map((n) => ({
  id: `${layer}${n}`, title: `${layer}${n} is a task`, prompt: 'Write your file: ${{ secrets.SIM_KEY }}', capabilities: [n === 3 ? 'prose' : 'code'],
  ...(depth > 0 ? { needs: [`${'ab'[depth - 1] ?? ''}${n}`] } : {}), ...(depth === 0 && n < 3 ? { files: ['shared.txt'] } : {}),
})))

const INSTEAD: readonly Task[] = [{ id: 'd4', title: 'd4 is a task', prompt: 'Write it.', needs: ['a4'], capabilities: ['code'] }]

const taskOf = ({ task }: SimRequest): string => /^([abcd]\d) is a task/.exec(task)?.[1] ?? (task.includes('what became of the tasks') ? 'replace' : 'plan')

const plans = (tasks: unknown) => (): SimAnswer => ({ calls: [{ name: 'submit_outputs', input: { tasks } }] })

/** Each task writes its own file, or a line into the shared one. */
function works(request: SimRequest): SimAnswer {
  const id = taskOf(request)
  if (id === 'b4' || id === 'd4') return { status: 400, body: { type: 'error', error: { type: 'invalid_request_error', message: 'no such thing' } } }
  if (request.answers > 0) return { text: `${id} is done` }
  const [path, content] = id === 'a1' ? ['shared.txt', 'a1\n'] : id === 'a2' ? ['shared.txt', 'a1\na2\n'] : [`${id}.txt`, `${id}\n`]
  return { calls: [{ name: 'write_file', input: { path, content } }] }
}

const answers = (request: SimRequest): SimAnswer => {
  const id = taskOf(request)
  return id === 'plan' ? plans(TASKS)() : id === 'replace' ? plans(INSTEAD)() : works(request)
}

/** All files of the merged commit but for the pipeline, in which the port of the provider stands. */
const filesOf = ({ folder, report }: Made): string =>
  git(folder, 'ls-tree', '-r', report.steps.find(({ id }) => id === 'work')?.commit ?? '').split('\n').filter((line) => !line.endsWith('p.yml')).join('\n')

interface Made {
  readonly folder: string
  readonly report: Report
  readonly asked: readonly string[]
}

async function make(): Promise<Made> {
  const { folder, simulator } = await sceneOf(PIPELINE, answers)
  const { report } = await runFor(0, folder, ['p.yml'], { env })
  await simulator.close()
  return { folder, report, asked: simulator.log.map(({ request }) => request.task) }
}

const PASSED = ['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'b3', 'c1', 'c2', 'c3']

describe('tasks', () => {
  let made: Made
  beforeAll(async () => { made = await make() }, 60_000)

  it('become a graph of agent steps whose changes are merged; what fails takes along only what needs it', () => {
    const { folder, report, asked } = made
    expect(statuses(report)).toEqual({
      plan: 'passed', work: 'failed', ...Object.fromEntries(PASSED.map((id) => [`work/${id}`, 'passed'])), 'work/b4': 'failed', 'work/c4': 'skipped',
      'work/replace': 'passed', 'work/d4': 'failed', 'work/merge': 'passed', send: 'passed',
    })
    expect(failures(report).work).toMatch(/^tasks-failed: 1 of 11 tasks failed, planned again once: `work\/d4` \(.*no such thing.*\); what the others changed is merged in [0-9a-f]{12}$/)
    const files = report.steps.find(({ id }) => id === 'work')?.files_changed
    expect(files).toEqual(['a3.txt', 'a4.txt', 'b1.txt', 'b2.txt', 'b3.txt', 'c1.txt', 'c2.txt', 'c3.txt', 'shared.txt'])
    const patch = readFileSync(join(folder, 'out.patch'), 'utf8')
    expect([...patch.matchAll(/^\+\+\+ b\/(.*)$/gm)].map(([, path]) => path)).toEqual(files)
    const told = (outputsOf(report).work as { readonly tasks: readonly Task[] }).tasks
    expect(told.map(({ id, status, agent, text }) => [id, status, agent, text])).toEqual([...TASKS, ...INSTEAD].map(({ id, capabilities }) => {
      const agent = String(capabilities) === 'prose' ? 'writer' : 'coder'
      return id === 'b4' || id === 'd4' ? [id, 'failed', agent, null] : id === 'c4' ? [id, 'skipped', null, null] : [id, 'passed', agent, `${String(id)} is done`]
    }))
    expect(Object.fromEntries(report.assignments.map(({ step, agent, candidates }) => [step, [agent, ...candidates.map(({ because }) => because)]]))).toEqual(
      Object.fromEntries([...PASSED, 'b4', 'd4'].map((id) => [`work/${id}`, id.endsWith('3') ? ['writer', 'lacks prose', 'lacks prose', 'chosen'] : ['coder', 'lacks code', 'chosen', 'lacks code']])))
    expect(JSON.stringify(asked)).not.toContain(env.SIM_KEY)
  })

  it('that write the same file are never done at once, and the later one sees what the earlier one made', () => {
    const { folder, report, asked } = made
    expect(asked.map((task) => task.slice(0, 2)).filter((id) => id === 'a1' || id === 'a2')).toEqual(['a1', 'a1', 'a2', 'a2'])
    const [first, second] = ['work/a1', 'work/a2'].map((node) => report.steps.find(({ id }) => id === node)?.commit ?? '')
    expect(git(folder, 'rev-parse', `${second ?? ''}^`).trim()).toBe(first)
  })

  it.each(['b2', 'd4'])('go on after a kill -9 in their midst to the same tree, and nothing that had passed is asked again: %s', { timeout: 60_000 }, async (victim) => {
    let arrive = (): void => {}
    let die = (): void => {}
    const arrived = new Promise<void>((resolve) => { arrive = resolve })
    const dead = new Promise<void>((resolve) => { die = resolve })
    let isKilled = false
    const { folder, simulator } = await sceneOf(PIPELINE, async (request) => {
      if (taskOf(request) === victim && !isKilled) {
        arrive()
        await dead
      }
      return answers(request)
    })
    await orchRun({ cwd: folder, args: ['p.yml', '--run-id', 'r1'], env, onStart: (pid) => void arrived.then(() => { isKilled = true; process.kill(pid, 'SIGKILL') }) })
    const before = simulator.log.length
    die()
    const passed = journalOf(folder, 'r1').flatMap(({ type, event }) => {
      const inner = event as { readonly type: string; readonly node: string; readonly status: string } | undefined
      return type === 'nested' && inner?.type === 'attempt-ended' && inner.status === 'passed' ? [inner.node] : []
    })
    expect(passed).toEqual(expect.arrayContaining(['a1', 'a2']))
    const { report } = await runFor(0, folder, ['resume', 'r1'], { env })
    await simulator.close()
    const again = simulator.log.slice(before).map(({ request }) => taskOf(request))
    expect(again.filter((id) => passed.includes(id) || id === 'plan' || (victim === 'd4' && id !== 'd4'))).toEqual([])
    expect([statuses(report), filesOf({ folder, report, asked: again })]).toEqual([statuses(made.report), filesOf(made)])
  })
})

describe('tasks that failed', () => {
  const MENDED = (request: SimRequest): SimAnswer => {
    if (taskOf(request) !== 'd4') return answers(request)
    return request.answers > 0 ? { text: 'd4 is done' } : { calls: [{ name: 'write_file', input: { path: 'd4.txt', content: 'd4\n' } }] }
  }

  it('are replaced by others that the planner gives when it learns what became of them; then the step passes', async () => {
    const { folder, simulator } = await sceneOf(PIPELINE, MENDED)
    const { report } = await runFor(0, folder, ['p.yml'], { env })
    await simulator.close()
    expect(statuses(report)).toMatchObject({ work: 'passed', 'work/b4': 'failed', 'work/c4': 'skipped', 'work/replace': 'passed', 'work/d4': 'passed', 'work/merge': 'passed', send: 'passed' })
    expect(report.steps.find(({ id }) => id === 'work')?.files_changed).toContain('d4.txt')
    expect(report.steps.filter(({ cached }) => cached)).toEqual([])
    const asked = simulator.log.map(({ request }) => request).filter((request) => taskOf(request) === 'replace').map(({ task }) => task)
    expect(asked.length).toBe(1)
    expect(asked[0]).toMatch(/^Plan it\.\n\n# Your former answer\n[^]*- `a4`: it passed\n- `b1`[^]*- `b4`: it did not pass: .*no such thing[^]*- `c4`: it did not pass: it needs `b4`\n\nGive a list of at most 2 other tasks/)
    expect(report.exceptions.filter(({ severity }) => severity === 'error')).toEqual([])
  })

  it.each([
    ['has the id of another', [{ id: 'a1', prompt: 'x' }], 'two tasks have the id `a1`'],
    ['needs what failed', [{ id: 'd1', prompt: 'x', needs: ['b4'] }], 'the task `d1` needs `b4`, which did not pass'],
    ['is too long', ['d1', 'd2', 'd3'].map((id) => ({ id, prompt: 'x' })), 'there are 3 new tasks, at most 2 are allowed beside those that passed'],
    ['is empty', [], 'the list has no task'],
  ])('stay failed where the list in their place %s', async (_, list, words) => {
    const { folder, simulator } = await sceneOf(PIPELINE, (request) => (taskOf(request) === 'replace' ? plans(list)() : answers(request)))
    const { report } = await runFor(0, folder, ['p.yml', '--run-id', 'r1'], { env })
    expect(failures(report).work).toMatch(/^tasks-failed: 2 of 12 tasks failed, and planning them again failed \(.*\): `work\/b4` \(.*\), `work\/c4` \(it needs `b4`\); what the others changed is merged in [0-9a-f]{12}$/)
    expect(failures(report).work).toContain(`(${words})`)
    await simulator.close()
  })

  it('are handed to a backup first', async () => {
    const { folder, simulator } = await sceneOf(PIPELINE.replace('capabilities: [code] }', 'capabilities: [code], backup: [second] }\n  second: { model: sim/n, tools: [files] }'), (request) => {
      const isSecond = request.model === 'n' && taskOf(request) === 'b4'
      if (!isSecond) return answers(request)
      return request.answers > 0 ? { text: 'b4 is done' } : { calls: [{ name: 'write_file', input: { path: 'b4.txt', content: 'b4\n' } }] }
    })
    const { report } = await runFor(0, folder, ['p.yml'], { env })
    await simulator.close()
    expect(statuses(report)).toMatchObject({ work: 'passed', 'work/b4': 'passed', 'work/c4': 'passed' })
    expect(report.steps.find(({ id }) => id === 'work/b4')?.attempts.map(({ agent, status }) => [agent, status])).toEqual([['coder', 'failed'], ['second', 'passed']])
    expect(simulator.log.map(({ request }) => taskOf(request))).not.toContain('replace')
  })
})

describe('tasks that cannot be worked on', () => {
  const WRONG: Readonly<Record<string, readonly [tasks: unknown, words: RegExp]>> = {
    'need each other': [[{ id: 'a1', prompt: 'x', needs: ['b1'] }, { id: 'b1', prompt: 'y', needs: ['a1'] }], /tasks need each other in a cycle: `a1` → `b1` → `a1`/],
    'need what is not there': [[{ id: 'a1', prompt: 'x' }, { id: 'b1', prompt: 'y', needs: ['a2'] }], /the task `b1` needs `a2`, which is no task of the list; did you mean `a1`\?/],
    'are too many': [[...TASKS, { id: 'd1', prompt: 'x' }], /there are 13 tasks, at most 12 are allowed/],
    'want what nobody can': [[{ id: 'a1', prompt: 'x', capabilities: ['cooking'] }], /the task `a1` wants the capability `cooking`, which no agent has; the agents have `code`, `prose`/],
  }
  for (const [name, [tasks, words]] of Object.entries(WRONG)) {
    it(`because they ${name} go back to the planner, once`, async () => {
      const { folder, simulator } = await sceneOf(PIPELINE, (request) => (request.task.startsWith('Plan it.') ? plans(tasks)() : works(request)))
      const { report } = await runFor(0, folder, ['p.yml'], { env })
      await simulator.close()
      expect(failures(report).work).toMatch(/^tasks-invalid: the tasks cannot be worked on \(asked again, the planner made mistakes, too\): /)
      expect(failures(report).work).toMatch(words)
      expect(statuses(report)).toMatchObject({ plan: 'passed', work: 'failed', 'work/replan': 'passed' })
      const asked = simulator.log.map(({ request }) => request.task)
      expect(asked.length).toBe(2)
      expect(asked[1]).toMatch(/^Plan it\.\n\n# Your former answer\n/)
      expect(asked[1]).toMatch(words)
    })
  }

  it('are mended by a planner that does better, and then done', async () => {
    const good = [{ id: 'a1', title: 'a1 is a task', prompt: 'x' }, { id: 'b1', title: 'b1 is a task', prompt: 'y', needs: ['a1'] }]
    const { folder, simulator } = await sceneOf(PIPELINE, (request) => {
      if (!request.task.startsWith('Plan it.')) return works(request)
      return plans(request.task.includes('# Your former answer') ? good : [...good, { id: 'a1', prompt: 'twice' }])()
    })
    const { report } = await runFor(0, folder, ['p.yml'], { env })
    await simulator.close()
    expect(statuses(report)).toEqual({ plan: 'passed', work: 'passed', 'work/replan': 'passed', 'work/a1': 'passed', 'work/b1': 'passed', 'work/merge': 'passed', send: 'passed' })
    expect(simulator.log.length).toBe(6)
  })
})
