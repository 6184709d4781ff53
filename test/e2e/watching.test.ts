import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { pipeAt } from '../rig/processes.ts'
import { PROGRAM, folderWith, orchRun, removeFolders, smallEnv } from '../rig/program.ts'
import { runFor, statuses } from '../rig/report.ts'

afterEach(removeFolders)

/** A step that says when it has begun, and goes on when it is told to. */
const WAITS = `steps:
  slow: { run: 'echo begun; echo x > ready; read x < go; echo "done $x"' }
  after: { needs: slow, run: 'echo after' }
`

describe('cancel', () => {
  it('asks the process that is at work on a run to stop, as SIGTERM would', async () => {
    const folder = folderWith({ 'p.yml': WAITS })
    const ready = pipeAt(join(folder, 'ready'))
    pipeAt(join(folder, 'go'))
    let pid = 0
    const run = runFor(143, folder, ['p.yml', '--run-id', 'r1'], { onStart: (own) => { pid = own } })
    await ready.said()
    const ended = await orchRun({ cwd: folder, args: ['cancel', 'r1'] })
    expect([ended.code, ended.stdout, ended.stderr]).toEqual([0, '', `the process ${pid} was asked to stop the run \`r1\`\n`])
    const { report } = await run
    expect([report.run.status, statuses(report)]).toEqual(['cancelled', { slow: 'cancelled', after: 'pending' }])
    const again = await orchRun({ cwd: folder, args: ['cancel', 'r1'] })
    expect([again.code, again.stderr]).toEqual([2, 'error: nobody is at work on the run `r1`: it is `cancelled`\n'])
    const unknown = await orchRun({ cwd: folder, args: ['cancel', 'r2'] })
    expect([unknown.code, unknown.stderr.split('\n')[0]]).toEqual([2, 'error: there is no run `r2` in the state folder'])
  })
})

describe('logs --follow', () => {
  it('prints what comes until the run ends', async () => {
    const folder = folderWith({ 'p.yml': WAITS })
    const ready = pipeAt(join(folder, 'ready'))
    const go = pipeAt(join(folder, 'go'))
    const run = runFor(0, folder, ['p.yml', '--run-id', 'r1'])
    await ready.said()
    const child = spawn(process.execPath, [PROGRAM, 'logs', 'r1', '--follow'], { cwd: folder, env: smallEnv(folder), stdio: ['ignore', 'pipe', 'inherit'] })
    let text = ''
    child.stdout.on('data', (chunk: Buffer) => { text += chunk.toString() })
    const ended = once(child, 'close')
    while (!text.includes('begun')) await once(child.stdout, 'data')
    expect(text).toBe('── slow, attempt 1\nbegun\n')
    go.tell('now\n')
    await run
    expect((await ended)[0]).toBe(0)
    expect(text).toBe('── slow, attempt 1\nbegun\ndone now\n── after, attempt 1\nafter\n')
    const later = await orchRun({ cwd: folder, args: ['logs', 'r1', 'slow', '--follow'] })
    expect([later.code, later.stdout]).toEqual([0, 'begun\ndone now\n'])
  })
})

describe('an approval', () => {
  const text = `steps:
  ask: { approve: Ship it?, timeout: 1h }
  other: { run: 'true' }
  ship: { needs: ask, run: 'echo shipped' }
`

  it('is answered once, by whom and why stands in the report', async () => {
    const folder = folderWith({ 'p.yml': text })
    const { report } = await runFor(6, folder, ['p.yml', '--run-id', 'r1'])
    expect(report.steps[0]).toMatchObject({ approval: { reason: 'step', question: 'Ship it?', answer: null, by: null, expires_at: expect.any(String) as string } })
    expect((await orchRun({ cwd: folder, args: ['approve', 'r1', 'ask', '--by', 'ann', '--comment', 'go'] })).code).toBe(0)
    const twice = await orchRun({ cwd: folder, args: ['approve', 'r1', 'ask', '--reject'] })
    expect([twice.code, twice.stderr]).toEqual([2, 'error: the step `ask` does not wait for approval\n  help: nothing of this run waits\n'])
    const { report: second } = await runFor(0, folder, ['resume', 'r1'])
    expect(second.steps[0]).toMatchObject({ status: 'passed', approval: { answer: 'approved', by: 'ann', comment: 'go' } })
    for (const [step, message] of [['other', 'the step `other` does not wait for approval'], ['zzz', 'the run has no step `zzz`']] as const) {
      const wrong = await orchRun({ cwd: folder, args: ['approve', 'r1', step] })
      expect([wrong.code, wrong.stderr.split('\n')[0]]).toEqual([2, `error: ${message}`])
    }
  })

  it('that comes too late is refused, and the resume fails the step', async () => {
    const folder = folderWith({ 'p.yml': text.replace('1h', '1ms') })
    await runFor(6, folder, ['p.yml', '--run-id', 'r1'])
    const late = await orchRun({ cwd: folder, args: ['approve', 'r1', 'ask'] })
    expect([late.code, /the time to answer `ask` was over at 20/.test(late.stderr)]).toEqual([2, true])
    const { report } = await runFor(1, folder, ['resume', 'r1'])
    expect(report.steps.map(({ id, status, failure }) => [id, status, failure?.code])).toEqual([['ask', 'failed', 'not-answered'], ['other', 'passed', undefined], ['ship', 'skipped', undefined]])
    expect((await runFor(6, folder, ['resume', 'r1'])).report.steps[0]?.status).toBe('waiting')
  })

  it('cannot be given while a process is at work on the run', async () => {
    const folder = folderWith({ 'p.yml': `${WAITS}  ask: { approve: Ship it? }\n` })
    const ready = pipeAt(join(folder, 'ready'))
    const go = pipeAt(join(folder, 'go'))
    const run = runFor(6, folder, ['p.yml', '--run-id', 'r1'])
    await ready.said()
    expect((await orchRun({ cwd: folder, args: ['approve', 'r1', 'ask'] })).code).toBe(4)
    go.tell('on\n')
    expect(statuses((await run).report)).toEqual({ slow: 'passed', after: 'passed', ask: 'waiting' })
  })
})
