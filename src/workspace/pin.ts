import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { Files, Git, GitAnswer, Repository } from '../base/ports.ts'
import { succeeded } from './repository.ts'

const LONGEST = 150

interface PinPorts {
  readonly files: Pick<Files, 'remove'>
  readonly git: Git
}

/** Keeps a commit from garbage collection under `refs/orch-run/<run>/<name>` of the user's repository; replaces an older pin. */
export async function pinCommit({ files, git }: PinPorts, user: Repository, run: string, name: string, commit: string): Promise<void> {
  const ref = pinRef(run, name)
  const args = ['update-ref', '--no-deref', ref, commit]
  // A power cut would leave an empty ref otherwise, which git complains about ever after.
  const call = { args: ['-c', 'core.logAllRefUpdates=false', '-c', 'core.fsync=reference', ...args], cwd: user.commonDir, env: { GIT_DIR: user.commonDir } }
  const answer = await git.run(call)
  if (!isLocked(answer, ref)) {
    succeeded(answer, args)
    return
  }
  // Refs of a run are its owner's alone, which we are: whoever locked it was killed.
  await files.remove(join(user.commonDir, `${ref}.lock`))
  succeeded(await git.run(call), args)
}

function isLocked(answer: GitAnswer, ref: string): boolean {
  return answer.exitCode !== 0 && answer.stderr.includes(`${ref}.lock': File exists`)
}

/** Any two names give two refs, and none is a folder of the other. */
export function pinRef(run: string, name: string): string {
  return `${pinFolder(run)}/${refPart(name)}`
}

/** What the names of all refs of a run begin with. */
export function pinFolder(run: string): string {
  return `refs/orch-run/${refPart(run)}`
}

/** All that git could dislike in a ref is written as `%` and two digits; what would be too long for a file name is cut. */
function refPart(name: string): string {
  const safe = [...Buffer.from(name, 'utf8')].map((byte) => escapeByte(String.fromCodePoint(byte))).join('')
  if (safe.length <= LONGEST) return safe === '' ? '%' : safe
  return `${safe.slice(0, LONGEST)}%-${createHash('sha256').update(name).digest('hex').slice(0, 16)}`
}

function escapeByte(character: string): string {
  if (/[A-Za-z0-9_(),=+-]/.test(character)) return character
  return `%${(character.codePointAt(0) ?? 0).toString(16).padStart(2, '0')}`
}
