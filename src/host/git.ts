import { type Git, type GitAnswer, type GitCall, PortError } from '../base/ports.ts'
import { inspectRepository } from './git-inspect.ts'
import { findVersion } from './git-version.ts'
import { MARKER_VARIABLE } from './processes-tree.ts'

/** All that git may know of our environment: where programs, the user's configuration and temporary files lie. No secret is among them. */
const PASSED = ['PATH', 'HOME', 'USERPROFILE', 'XDG_CONFIG_HOME', 'USER', 'LOGNAME', 'TMPDIR', 'TEMP', 'TMP', 'SYSTEMROOT', 'PATHEXT']

/** Whatever a repository's configuration says: no hook and no file watcher of it is started. */
const ALWAYS = ['--no-pager', '-c', 'core.hooksPath=/dev/null', '-c', 'core.fsmonitor=false']

const LONGEST_OUTPUT = 512 * 1024 * 1024

/**
 * The Git port made real. `env` is the environment of the process; only a few variables of it reach git, and no `GIT_*`. With the
 * `marker` of our processes a git that outlives us is found and ended like them.
 */
export function createGit(env: Readonly<Record<string, string>>, marker?: string): Git {
  const base = { ...gitEnvironment(env), ...(marker === undefined ? {} : { [MARKER_VARIABLE]: `${marker}/git` }) }
  return {
    run: (call) => run(call, base),
    inspect: (folder) => inspectRepository(folder, base),
    version: () => findVersion(base),
  }
}

function gitEnvironment(env: Readonly<Record<string, string>>): Record<string, string> {
  const passed = PASSED.flatMap((name) => (Object.hasOwn(env, name) ? [[name, env[name] ?? ''] as const] : []))
  return { ...Object.fromEntries(passed), LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0' }
}

async function run(call: GitCall, base: Readonly<Record<string, string>>): Promise<GitAnswer> {
  const { execa } = await import('execa')
  const result = await execa('git', [...ALWAYS, ...call.args], {
    cwd: call.cwd,
    env: { ...base, ...call.env },
    extendEnv: false,
    ...(call.input === undefined ? { stdin: 'ignore' as const } : { input: call.input }),
    encoding: 'buffer',
    stripFinalNewline: false,
    maxBuffer: LONGEST_OUTPUT,
    reject: false,
    // Its own group: Ctrl+C in a terminal must not cut off a commit that is being written.
    detached: true,
  })
  if (result.exitCode !== undefined) {
    return { exitCode: result.exitCode, stdout: Buffer.from(result.stdout), stderr: Buffer.from(result.stderr).toString('utf8') }
  }
  const problem = portProblem(result)
  throw new PortError(problem, problem === 'ENOENT' ? 'git' : `git ${call.args[0] ?? ''}`, shortMessage(result, problem))
}

interface Unended {
  readonly code?: string | undefined
  readonly signal?: string | undefined
  readonly isMaxBuffer: boolean
}

function portProblem(result: Unended): string {
  if (result.isMaxBuffer) return 'ENOBUFS'
  return result.code ?? (result.signal === undefined ? 'EIO' : 'EINTR')
}

function shortMessage(result: Unended, problem: string): string {
  if (problem === 'ENOENT') return 'git or its working folder was not found'
  if (problem === 'ENOBUFS') return 'git wrote more than 512 MiB'
  if (result.signal !== undefined) return `git was ended by ${result.signal}`
  return `git could not be started (${problem})`
}
