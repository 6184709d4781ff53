import { join } from 'node:path'
import type { Files, OwnerId } from '../base/ports.ts'
import { acquireLock, deadHolder } from './lock.ts'
import type { LockPorts } from './lock.ts'

export interface BuryPorts {
  readonly files: Pick<Files, 'list' | 'stat'> & LockPorts['files']
  readonly owners: LockPorts['owners']
}

const LOCK = '.lock'

/** Takes over each run below `folder` whose owner died with it, for as long as `bury` needs. One that somebody else takes over meanwhile is theirs. */
export async function buryDead(ports: BuryPorts, folder: string, bury: (run: string, owner: OwnerId) => Promise<void>): Promise<void> {
  if ((await ports.files.stat(folder))?.kind !== 'folder') return
  const locks = (await ports.files.list(folder)).map(({ name }) => name).filter((name) => name.endsWith(LOCK))
  for (const name of locks) {
    const owner = await deadHolder(ports, join(folder, name))
    if (!owner) continue
    const lock = await acquireLock(ports, join(folder, name))
    if (!lock.ok) continue
    try {
      await bury(name.slice(0, -LOCK.length), owner)
    } finally {
      await lock.value.release()
    }
  }
}
