import type { Ports } from '../base/ports.ts'
import { causeOf } from './cause.ts'
import type { Readiness } from './sandbox.ts'

type ProbePorts = Pick<Ports, 'processes' | 'sockets' | 'clock'>

/**
 * What is tried from inside; each thing that succeeds though it must not, or fails though it must not, sets a bit. `$1` is a port
 * of this machine that somebody listens at, `$2` the folder that can be written.
 */
const ATTEMPT = `
exec 2>/dev/null; n=0
: > /usr/.orch-run-probe && n=$((n | 1))
: > /.orch-run-probe && n=$((n | 1))
: > /proc/sys/kernel/core_pattern && n=$((n | 2))
exec 3<>/dev/tcp/127.0.0.1/$1 && n=$((n | 4))
unshare --user true && n=$((n | 8))
[ "$(id -u)" != 0 ] || n=$((n | 16))
: > "$2/written" || n=$((n | 32))
exit $((64 + n))
`

const FLAWS: readonly string[] = [
  'a file of the system could be written inside', '`/proc/sys` could be written inside', 'a connection to this machine could be made inside',
  'a user namespace could be made inside', 'a command was root inside', 'the worktree could not be written inside',
]

/** A sandbox that hangs is none. */
const PATIENCE_MS = 10_000

/** Tries a sandbox as agents get it: what it must refuse is asked of it, and what it must allow. */
export async function probe(ports: ProbePorts, enclose: (argv: readonly [string, ...string[]]) => [string, ...string[]], folder: string, env: Readonly<Record<string, string>>): Promise<Readiness> {
  let reached = false
  const listener = await ports.sockets.listen({ host: '127.0.0.1', port: 0 }, (connection) => {
    reached = true
    connection.destroy()
  })
  try {
    const ended = await run(ports, enclose(['bash', '-c', ATTEMPT, 'bash', String(listener.port), folder]), env)
    if (ended.exitCode === null || ended.exitCode < 64 || ended.exitCode >= 127) return { ok: false, ...causeOf(ended.said) }
    const bits = (ended.exitCode - 64) | (reached ? 4 : 0)
    const flaw = FLAWS.find((_, at) => (bits & (1 << at)) !== 0)
    return flaw === undefined ? { ok: true } : { ok: false, reason: `it does not hold: ${flaw}`, help: 'report it with the version of `bwrap` and of the system' }
  } finally {
    await listener.close()
  }
}

async function run({ processes, clock }: ProbePorts, argv: [string, ...string[]], env: Readonly<Record<string, string>>): Promise<{ exitCode: number | null; said: string }> {
  const chunks: Buffer[] = []
  const child = await processes.start({ argv, cwd: '/', env: { PATH: env.PATH ?? '', LC_ALL: 'C' }, input: '', onStderr: (chunk) => void chunks.push(chunk) })
  const cancel = clock.after(PATIENCE_MS, () => void child.stop(0))
  const { exitCode } = await child.ended
  cancel()
  return { exitCode, said: Buffer.concat(chunks).toString('utf8') }
}
