import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { git, orchRun, removeFolders, repositoryWith } from '../rig/program.ts'
import { outputsOf, runFor, statuses } from '../rig/report.ts'

afterEach(removeFolders)

const PIPELINE = `
agents: { bot: { executor: command, command: [bash, -c, 'echo x >> work.txt'], permissions: full } }
steps:
  look: { agent: bot, prompt: Change the file. }
  check: { needs: look, run: 'echo "v=$(wc -l < work.txt)" >> "$ORCH_OUTPUT"' }
  deploy: { needs: check, risk: high, run: 'echo deployed >> "$OUT"' }
`

function place(text = PIPELINE): { folder: string; env: { OUT: string }; out: () => string } {
  const folder = repositoryWith({ 'p.yml': text, 'work.txt': 'w\n', '.gitignore': 'out\n' })
  const out = join(folder, 'out')
  writeFileSync(out, '')
  return { folder, env: { OUT: out }, out: () => readFileSync(out, 'utf8') }
}

async function answer(folder: string, step: string, ...more: string[]): Promise<void> {
  const ended = await orchRun({ cwd: folder, args: ['approve', 'r1', step, '--by', 'ann', ...more] })
  expect(ended.code, ended.stderr).toBe(0)
}

const approvals = (report: object): unknown =>
  Object.fromEntries((report as { steps: { id: string; approval: { reason: string; answer: string | null; by: string | null; comment: string | null } | null }[] }).steps
    .flatMap(({ id, approval }) => (approval ? [[id, `${approval.reason}: ${approval.answer} ${approval.by} ${approval.comment}`]] : [])))

describe('autonomy', () => {
  it('`full`, which it is unless something else is said, asks nobody', async () => {
    const { folder, env, out } = place()
    const { report } = await runFor(0, folder, ['p.yml'], { env })
    expect([statuses(report), out(), approvals(report)]).toEqual([{ look: 'passed', check: 'passed', deploy: 'passed' }, 'deployed\n', {}])
  })

  it('`supervised` asks before a step of high risk starts, and who answered why is told', async () => {
    const { folder, env, out } = place(`autonomy: supervised${PIPELINE}`)
    const { report } = await runFor(6, folder, ['p.yml', '--run-id', 'r1'], { env })
    expect([statuses(report), out()]).toEqual([{ look: 'passed', check: 'passed', deploy: 'waiting' }, ''])
    expect(report.exceptions).toEqual([{
      severity: 'warning', step: 'deploy', code: 'approval-needed', message: 'may `deploy` start? its risk is high', tried: [], next: 'orch-run approve r1 deploy',
    }])
    expect((await runFor(6, folder, ['resume', 'r1'], { env })).report.run.resumes).toBe(1)
    await answer(folder, 'deploy', '--comment', 'looks fine')
    const { report: second, ended } = await runFor(0, folder, ['resume', 'r1', '--ui', 'silent'], { env })
    expect([ended.stderr, statuses(second).deploy, out()]).toEqual(['runs `deploy`: it was approved\n', 'passed', 'deployed\n'])
    expect(approvals(second)).toEqual({ deploy: 'risk: approved ann looks fine' })
  })

  it('a step that was approved and failed is not asked for again, one that was edited is', async () => {
    const { folder, env } = place(`autonomy: supervised${PIPELINE}`.replace('echo deployed', 'test -e "$OUT.go"; echo deployed'))
    await runFor(6, folder, ['p.yml', '--run-id', 'r1'], { env })
    await answer(folder, 'deploy')
    await runFor(1, folder, ['resume', 'r1'], { env })
    writeFileSync(`${env.OUT}.go`, '')
    await runFor(0, folder, ['resume', 'r1'], { env })
    writeFileSync(join(folder, 'p.yml'), readFileSync(join(folder, 'p.yml'), 'utf8').replace('echo deployed', 'echo other'))
    expect(statuses((await runFor(6, folder, ['resume', 'r1', '--from', 'deploy'], { env })).report).deploy).toBe('waiting')
  })

  it('a no fails the step, and the next resume asks again', async () => {
    const { folder, env, out } = place()
    await runFor(6, folder, ['p.yml', '--run-id', 'r1', '--autonomy', 'supervised'], { env })
    await answer(folder, 'deploy', '--reject', '--comment', 'not today')
    const { report } = await runFor(1, folder, ['resume', 'r1'], { env })
    expect(report.exceptions).toEqual([{ severity: 'error', step: 'deploy', code: 'rejected', message: 'it was rejected by ann: not today', tried: [], next: 'orch-run resume r1' }])
    expect(approvals(report)).toEqual({ deploy: 'risk: rejected ann not today' })
    expect([statuses((await runFor(6, folder, ['resume', 'r1'], { env })).report).deploy, out()]).toEqual(['waiting', ''])
  })

  it('`manual` lets nobody build on an agent’s change before a person has seen it, and holds in every resume', async () => {
    const { folder, env, out } = place()
    const { report } = await runFor(6, folder, ['p.yml', '--run-id', 'r1', '--autonomy', 'manual'], { env })
    expect(statuses(report)).toEqual({ look: 'waiting', check: 'pending', deploy: 'pending' })
    expect(report.steps[0]).toMatchObject({ commit: expect.stringMatching(/^[0-9a-f]{40}$/) as string, files_changed: ['work.txt'] })
    expect(report.exceptions[0]?.message).toBe('may other steps build on what `look` changed in `work.txt`?')
    await answer(folder, 'look')
    const { report: second } = await runFor(6, folder, ['resume', 'r1'], { env })
    expect([statuses(second), outputsOf(second).check, out()]).toEqual([{ look: 'passed', check: 'passed', deploy: 'waiting' }, { v: '2' }, ''])
    expect(second.steps[0]?.attempts.map(({ status }) => status)).toEqual(['passed'])
    await answer(folder, 'deploy')
    expect(approvals((await runFor(0, folder, ['resume', 'r1'], { env })).report)).toEqual({ look: 'change: approved ann null', deploy: 'risk: approved ann null' })
    expect(out()).toBe('deployed\n')
  })

  it('a rejected change is kept from all that need it, and the agent works again in the next resume', async () => {
    const { folder, env } = place()
    await runFor(6, folder, ['p.yml', '--run-id', 'r1', '--autonomy', 'manual'], { env })
    await answer(folder, 'look', '--reject')
    expect(statuses((await runFor(1, folder, ['resume', 'r1'], { env })).report)).toEqual({ look: 'failed', check: 'skipped', deploy: 'skipped' })
    const { report } = await runFor(6, folder, ['resume', 'r1'], { env })
    expect(report.steps[0]?.attempts.length).toBe(2)
  })

  it('goes on without the answer when a resume leaves more to the machine', async () => {
    const { folder, env, out } = place()
    await runFor(6, folder, ['p.yml', '--run-id', 'r1', '--autonomy', 'manual'], { env })
    const { report } = await runFor(0, folder, ['resume', 'r1', '--autonomy', 'full'], { env })
    expect([out(), report.steps[0]?.attempts.length, approvals(report)]).toEqual(['deployed\n', 1, { look: 'change: approved null `autonomy` is `full`' }])
  })

  it('asks before a delivery when `supervised`, and delivers nothing when `manual`', async () => {
    const text = `${PIPELINE.slice(0, PIPELINE.indexOf('  check:'))}  ship: { needs: look, deliver: { branch: fixed, unverified: true } }\n`
    const { folder, env } = place(text)
    const { report } = await runFor(6, folder, ['p.yml', '--run-id', 'r1', '--autonomy', 'supervised'], { env })
    expect([statuses(report), report.exceptions[0]?.message]).toEqual([{ look: 'passed', ship: 'waiting' }, 'may `ship` deliver?'])
    expect(git(folder, 'branch', '--list', 'fixed')).toBe('')
    await answer(folder, 'ship')
    await runFor(0, folder, ['resume', 'r1'], { env })
    expect(git(folder, 'branch', '--list', 'fixed').trim()).toBe('fixed')

    const { folder: other } = place(text)
    await runFor(6, other, ['p.yml', '--run-id', 'r1', '--autonomy', 'manual'], { env })
    await answer(other, 'look')
    const { report: second } = await runFor(0, other, ['resume', 'r1'], { env })
    expect([statuses(second), second.exceptions.map(({ code, step }) => [code, step]), git(other, 'branch', '--list', 'fixed')]).toEqual([
      { look: 'passed', ship: 'skipped' }, [['not-delivered', 'ship']], '',
    ])
  })

  it('of a called pipeline is the stricter one of both', async () => {
    const folder = repositoryWith({
      'p.yml': 'autonomy: supervised\nsteps:\n  sub: { pipeline: sub.yml }\n', 'sub.yml': `steps:\n  deploy: { risk: high, run: 'echo ok=1 >> "$ORCH_OUTPUT"' }\n`,
    })
    const { report } = await runFor(6, folder, ['p.yml', '--run-id', 'r1'])
    expect([statuses(report), report.exceptions[0]?.next]).toEqual([{ sub: 'waiting', 'sub/deploy': 'waiting' }, 'orch-run approve r1 sub/deploy'])
    await answer(folder, 'sub/deploy')
    expect(outputsOf((await runFor(0, folder, ['resume', 'r1'])).report)['sub/deploy']).toEqual({ ok: '1' })
  })
})
