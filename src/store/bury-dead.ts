import { join } from 'node:path'
import type { Files, OwnerId } from '../base/ports.ts'
import { isTemporary, neverBegan, sweepTemporaries } from './leftovers.ts'
import { acquireLock, deadHolder } from './lock.ts'
import type { LockPorts } from './lock.ts'

export interface BuryPorts {
  readonly files: Pick<Files, 'list' | 'stat' | 'read' | 'remove'> & LockPorts['files']
  readonly owners: LockPorts['owners']
}

const LOCK = '.lock'

/** Beside a lock: under which one that a dead process left is taken over. */
const GUARD = /\.lock\.[0-9a-f]{16}$/

/**
 * Takes over each run below `folder` whose owner died with it, for as long as `bury` needs, and removes what was half written.
 * One that somebody else takes over meanwhile is theirs.
 */
export async function buryDead(ports: BuryPorts, folder: string, bury: (run: string, owner: OwnerId) => Promise<void>): Promise<void> {
  if ((await ports.files.stat(folder))?.kind !== 'folder') return
  for (const { name } of await ports.files.list(folder)) {
    const path = join(folder, name)
    if (isTemporary(name)) await ports.files.remove(path)
    else if (GUARD.test(name)) await whenDead(ports, path, async () => {})
    else if (name.endsWith(LOCK)) await whenDead(ports, path, async (owner) => {
      const run = name.slice(0, -LOCK.length)
      await bury(run, owner)
      await clean(ports.files, join(folder, run))
    })
  }
}

/** Performs `act` with the lock in our hands, if its owner has died. */
async function whenDead(ports: BuryPorts, path: string, act: (owner: OwnerId) => Promise<void>): Promise<void> {
  const owner = await deadHolder(ports, path)
  if (!owner) return
  const lock = await acquireLock(ports, path)
  if (!lock.ok) return
  try {
    await act(owner)
  } finally {
    await lock.value.release()
  }
}

/** A run that never began is removed: nothing of it has happened. */
async function clean(files: BuryPorts['files'], folder: string): Promise<void> {
  if (await neverBegan(files, folder)) await files.remove(folder)
  else if ((await files.stat(folder))?.kind === 'folder') await sweepTemporaries(files, folder)
}
