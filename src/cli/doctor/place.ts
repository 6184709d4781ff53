import { join } from 'node:path'
import { PortError } from '../../base/ports.ts'
import type { Ports } from '../../base/ports.ts'
import { resolveBase } from '../../workspace/base.ts'
import type { Finding } from './finding.ts'
import { lacking, ready } from './finding.ts'

/** Node.js, which is new enough or nothing would have started. */
export function nodeFinding(): Finding {
  return ready('node', process.versions.node)
}

/** Git and the repository that worktrees would be laid from. */
export async function gitFinding(ports: Ports, cwd: string, stateDir: string, isNeeded: boolean): Promise<Finding> {
  const resolved = await resolveBase(ports, { run: 'doctor', checkout: cwd, stateDir, base: 'HEAD' })
  const version = await ports.git.version()
  if (!resolved.ok) return lacking('git', resolved.error.message, resolved.error.help, isNeeded)
  const { commit, branch, dirty } = resolved.value
  return ready('git', `${version ?? ''}, ${branch ?? 'no branch'} at ${commit.slice(0, 10)}${dirty ? ', with changes that a run does not see' : ''}`)
}

/** Whether runs can be kept where they would be. Nothing is left there. */
export async function stateFinding(ports: Ports, folder: string): Promise<Finding> {
  const before = await ports.files.stat(folder).catch(() => undefined)
  try {
    await ports.files.makeFolder(folder, 0o700)
    const probe = join(folder, `.doctor-${ports.random.hex(6)}`)
    await ports.files.createExclusive(probe, '')
    await ports.files.remove(probe)
    if (before === undefined) await ports.files.remove(folder)
    return ready('state folder', folder)
  } catch (error) {
    if (!(error instanceof PortError)) throw error
    return lacking('state folder', `\`${folder}\` cannot be written: ${error.message}`, 'choose another one by `--state-dir`', true)
  }
}
