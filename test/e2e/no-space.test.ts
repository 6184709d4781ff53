import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { living, pidsIn } from '../rig/processes.ts'
import { folderWith, orchRun, removeFolders } from '../rig/program.ts'
import { runFor } from '../rig/report.ts'

afterAll(removeFolders)

/** A file system of a few blocks needs the rights to mount one. */
function mounted(folder: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', folder], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

// The output is six times as long in the journal: what it frees when it is read is not enough for it there.
describe('a full disk', () => {
  let state = ''
  let isMounted = false
  beforeEach(() => {
    state = folderWith({})
    isMounted = mounted(state)
  })
  afterEach(() => {
    if (isMounted) execFileSync('umount', ['-l', state])
  })

  it('ends the run with 4 and the reason, leaves no process behind, and the run can go on when there is space', async ({ skip }) => {
    if (!isMounted) skip('only root can mount a small file system')
    const folder = folderWith({ 'p.yml': `
limits: { concurrency: 3 }
steps:
  first: { run: 'echo first >> "$LOG"; echo v=1 >> "$ORCH_OUTPUT"' }
  waits: { needs: first, run: 'if test -e go; then exit 0; fi; echo $$ >> pids; touch waiting; mkfifo never; read x < never' }
  fills: { needs: first, run: 'if test -e go; then exit 0; fi; while ! test -e waiting; do :; done; (printf v=; head -c 3000 /dev/zero | tr "\\0" "\\1"; echo) >> "$ORCH_OUTPUT"; head -c 1000000 /dev/zero > "$STATE/filler" 2> err || true' }
  last: { needs: [waits, fills], run: 'true' }
` })
    const env = { LOG: join(folder, 'log'), STATE: state }
    const ended = await orchRun({ cwd: folder, args: ['p.yml', '--json', '--run-id', 'r1', '--state-dir', state], env, timeoutMs: 20_000 })
    expect([ended.code, ended.stdout]).toEqual([4, ''])
    expect(ended.stderr).toMatch(/^error: the system refused what is needed: `.*journal.ndjson`: no space is left on the device$/m)
    expect(ended.stderr).not.toContain('bug of ours')
    expect([pidsIn(join(folder, 'pids')).length, living(pidsIn(join(folder, 'pids')))]).toEqual([1, []])
    rmSync(join(state, 'filler'))
    execFileSync('touch', [join(folder, 'go')])
    const { report } = await runFor(0, folder, ['resume', 'r1', '--state-dir', state], { env })
    expect(report.steps.map(({ id, status }) => [id, status])).toEqual([['first', 'passed'], ['waits', 'passed'], ['fills', 'passed'], ['last', 'passed']])
    expect(readFileSync(env.LOG, 'utf8')).toBe('first\n')
  })

  it('before the first step is told the same way', async ({ skip }) => {
    if (!isMounted) skip('only root can mount a small file system')
    const folder = folderWith({ 'p.yml': 'steps:\n  a: { run: touch ran }\n' })
    execFileSync('bash', ['-c', 'head -c 1000000 /dev/zero > "$0/filler" || true', state], { stdio: 'ignore' })
    const ended = await orchRun({ cwd: folder, args: ['p.yml', '--state-dir', state] })
    expect([ended.code, ended.stdout, existsSync(join(folder, 'ran'))]).toEqual([4, '', false])
    expect(ended.stderr).toMatch(/^error: .*: no space is left on the device\n/)
  })
})
