import { afterAll, describe, expect, it } from 'vitest'
import { git, removeFolders } from '../rig/program.ts'
import { failures, journalOf, outputsOf, runFor, statuses } from '../rig/report.ts'
import { SCENE_ENV as env, sceneOf } from '../rig/scene.ts'
import type { SimAnswer, SimRequest } from '../simulator/answer.ts'
import { MEASURED } from '../rig/measured.ts'

afterAll(removeFolders)

const writes = (path: string, content: string) => (request: SimRequest): SimAnswer =>
  (request.answers === 0 ? { calls: [{ name: 'write_file', input: { path, content } }] } : { text: `wrote ${path}` })

/** Holds answers back until so many requests have come. */
function gate(count: number): () => Promise<void> {
  let open = (): void => {}
  const opened = new Promise<void>((resolve) => { open = resolve })
  let come = 0
  return async () => {
    come += 1
    if (come >= count) open()
    await opened
  }
}

describe('agent: auto', () => {
  it('takes whoever is capable and free, by priority, then load, then order, and the report tells why', async () => {
    const both = gate(2)
    const { folder, simulator } = await sceneOf(`
limits: { concurrency: 3 }
agents:
  plain: { model: sim/m, capabilities: [code] }
  best: { model: sim/n, capabilities: [code, design], priority: 5, max_load: 1 }
  writer: { model: sim/m, capabilities: [prose], priority: 9 }
steps:
  one: { agent: auto, capabilities: [code], prompt: one }
  two: { agent: auto, capabilities: [code], prompt: two }
  three: { agent: auto, capabilities: [design], prompt: three }
`, async (request) => {
      if (request.task !== 'three') await both()
      return { text: request.model }
    })
    const { report } = await runFor(0, folder, ['p.yml'], { env })
    await simulator.close()
    expect(report.steps.map(({ id, agent, outputs }) => [id, agent, outputs.text])).toEqual([['one', 'best', 'n'], ['two', 'plain', 'm'], ['three', 'best', 'n']])
    expect(report.assignments.map(({ step, agent, reason, candidates }) => [step, agent, reason, ...candidates.map(({ because }) => because)])).toEqual([
      ['one', 'best', 'best', 'its priority 0 is below 5', 'chosen', 'lacks code'],
      ['two', 'plain', 'best', 'chosen', 'busy: 1 of 1', 'lacks code'],
      ['three', 'best', 'best', 'lacks design', 'chosen', 'lacks design'],
    ])
    expect(report.agents).toMatchObject({ best: { steps: 2, attempts: 2, failures: 0, turns: 2, calls: 2 }, plain: { steps: 1, turns: 1 } })
  })

  it('never gives an agent more than its `max_load`, also not the cells of a step that names it', async () => {
    const { folder, simulator } = await sceneOf(`
limits: { concurrency: 6 }
agents: { a: { model: sim/m, max_load: 2 } }
steps: { work: { agent: a, prompt: "\${{ matrix.n }}", matrix: { n: [1, 2, 3, 4, 5] } } }
`, () => ({ text: 'done' }))
    const { report } = await runFor(0, folder, ['p.yml'], { env })
    await simulator.close()
    let working = 0
    let most = 0
    for (const { type } of journalOf(folder, report.run.id)) {
      if (type === 'attempt-started') most = Math.max(most, (working += 1))
      if (type === 'attempt-ended') working -= 1
    }
    expect([report.steps.length, report.agents.a?.steps, most]).toEqual([5, 5, 2])
  })
})

describe('a backup', () => {
  it('takes over in a clean worktree, with what was tried, after the retries of the agent that failed', async () => {
    const { folder, simulator } = await sceneOf(`
agents:
  first: { model: sim/m, tools: [files], backup: [second] }
  second: { model: sim/n, tools: [files] }
checks: { right: { kind: tests, run: grep -q right b.txt } }
steps:
  work: { agent: first, prompt: Write b.txt., verify: right, retry: { attempts: 2, backoff: 1ms } }
`, (request) => writes('b.txt', request.model === 'm' ? 'wrong\n' : 'right\n')(request))
    const { report } = await runFor(0, folder, ['p.yml'], { env })
    await simulator.close()
    expect(report.steps[0]?.attempts.map(({ agent, status, failure }) => [agent, status, failure?.code])).toEqual([
      ['first', 'failed', 'check-failed'], ['first', 'failed', 'check-failed'], ['second', 'passed', undefined],
    ])
    expect(report.steps[0]).toMatchObject({ agent: 'second', model: 'sim/n', files_changed: ['b.txt'] })
    expect(report.assignments).toMatchObject([{ step: 'work', attempt: 3, agent: 'second', reason: 'backup', candidates: [{ agent: 'first', because: 'failed: check-failed' }, { agent: 'second', because: 'chosen' }] }])
    const asked = simulator.log.find(({ request }) => request.model === 'n')?.request.task ?? ''
    expect(asked).toMatch(/^Write b\.txt\.\n\n# What was tried before\n\n/)
    expect(asked).toMatch(/`first` failed: the check `right` .*\n {2}It had changed `b\.txt`\n {2}What it said last[^]*> wrote b\.txt/)
    expect(git(folder, 'show', `${report.git.head}:b.txt`)).toBe('right\n')
    expect(report.agents).toMatchObject({ first: { steps: 1, attempts: 2, failures: 2, turns: 4, tools: { write_file: { calls: 2, errors: 0 } } }, second: { steps: 1, attempts: 1, failures: 0 } })
  })

  it('takes over when the provider fails, the turns are used up, or a program fails; the last failure stands when all have', async () => {
    const { folder, simulator } = await sceneOf(`
agents:
  down: { model: sim/m, backup: [talks] }
  talks: { model: sim/n, tools: [files.read], max_turns: 1, backup: [tool] }
  tool: { executor: command, command: [bash, -c, 'echo "not today"; exit 3'] }
  hopeless: { executor: command, command: [bash, -c, exit 7], backup: [talks, fine] }
  fine: { executor: command, command: [bash, -c, 'cat > prompt.txt; echo "it is done"'], permissions: full }
steps:
  one: { agent: down, prompt: one }
  two: { agent: talks, prompt: two }
  three: { agent: hopeless, prompt: three }
`, (request) => (request.model === 'm'
      ? { status: 400, body: { type: 'error', error: { type: 'invalid_request_error', message: 'no such thing' } } }
      : { calls: [{ name: 'read_file', input: { path: 'a.txt' } }] }))
    const { report } = await runFor(1, folder, ['p.yml'], { env })
    await simulator.close()
    const attempts = report.steps.map(({ id, attempts: made }) => [id, ...made.map(({ agent, failure }) => `${agent}: ${failure?.code ?? 'passed'}`)])
    expect(attempts).toEqual([
      ['one', 'down: provider-failed', 'talks: max-turns'],
      ['two', 'talks: max-turns', 'tool: program-failed'],
      ['three', 'hopeless: program-failed', 'talks: max-turns', 'fine: passed'],
    ])
    expect([statuses(report), Object.keys(failures(report))]).toEqual([{ one: 'failed', two: 'failed', three: 'passed' }, ['one', 'two']])
    expect(outputsOf(report).three).toEqual({ text: 'it is done' })
    const prompt = git(folder, 'show', `${report.git.head}:prompt.txt`)
    expect(prompt).toMatch(/^three\n[^]*`hopeless` failed: the program `bash` exited with code 7\n- `talks` failed: the agent was not done after 1 turns/)
  })

  it('takes over from a program that shows no sign of progress, whose whole tree is stopped', MEASURED, async () => {
    const { folder, simulator } = await sceneOf(`
agents:
  silent: { executor: command, command: [bash, -c, 'echo begun; sleep 600'], stall_timeout: 300ms, backup: [quick] }
  quick: { executor: command, command: [bash, -c, 'for i in 1 2 3 4 5 6 7 8; do echo $i; sleep 0.1; done'], stall_timeout: 600ms }
steps: { work: { agent: silent, prompt: Work. } }
`, () => ({ text: '' }))
    const { report, ended } = await runFor(0, folder, ['p.yml'], { env })
    await simulator.close()
    expect(report.steps[0]?.attempts.map(({ agent, failure }) => [agent, failure])).toEqual([
      ['silent', { code: 'stalled', message: 'the agent showed no sign of progress for 300ms' }], ['quick', null],
    ])
    expect(ended.ms).toBeLessThan(20_000)
  })

  it('lets a policy breach stand: what is not allowed is nobody’s to take over', async () => {
    const { folder, simulator } = await sceneOf(`
agents:
  first: { model: sim/m, tools: [files], backup: [second] }
  second: { model: sim/n, tools: [files] }
steps: { work: { agent: first, prompt: Write. } }
`, writes('CLAUDE.md', 'obey\n'))
    const { report } = await runFor(7, folder, ['p.yml'], { env })
    await simulator.close()
    expect(report.steps[0]?.attempts.map(({ agent, failure }) => [agent, failure?.code])).toEqual([['first', 'protected-path']])
  })
})
