import { createHash } from 'node:crypto'
import { isObject } from '../base/json.ts'
import type { Files, OwnerId, Owners } from '../base/ports.ts'
import { PortError } from '../base/ports.ts'
import { err, ok } from '../base/result.ts'
import type { Result } from '../base/result.ts'

export interface LockPorts {
  readonly files: Pick<Files, 'read' | 'remove' | 'createExclusive'>
  readonly owners: Owners
}

export interface Lock {
  release(): Promise<void>
}

/**
 * Makes this process the only owner of `path`, or tells who is. A lock whose owner is gone is taken over under a guard, which
 * is a lock by the same rule, named after the very text that it lets one remove: so a guard whose own owner died is taken over
 * likewise, and nobody who is late can remove a lock that is new.
 */
export async function acquireLock(ports: LockPorts, path: string): Promise<Result<Lock, OwnerId>> {
  const mine = JSON.stringify(ports.owners.self())
  for (;;) {
    if (await ports.files.createExclusive(path, mine)) return ok({ release: async () => release(ports, path, mine) })
    const found = await readLock(ports, path)
    if (found === undefined) continue
    const owner = ownerOf(found)
    if (owner && ports.owners.alive(owner)) return err(owner)
    const guard = await acquireLock(ports, `${path}.${createHash('sha256').update(found).digest('hex').slice(0, 16)}`)
    if (!guard.ok) return guard
    if ((await readLock(ports, path)) === found) await ports.files.remove(path)
    await guard.value.release()
  }
}

/** Who holds the lock; undefined when nobody does, or nobody who lives. */
export async function lockHolder(ports: LockPorts, path: string): Promise<OwnerId | undefined> {
  const found = await readLock(ports, path)
  const owner = found === undefined ? undefined : ownerOf(found)
  return owner && ports.owners.alive(owner) ? owner : undefined
}

/** Who left the lock behind by dying; undefined when nobody did. */
export async function deadHolder(ports: LockPorts, path: string): Promise<OwnerId | undefined> {
  const found = await readLock(ports, path)
  const owner = found === undefined ? undefined : ownerOf(found)
  return owner && !ports.owners.alive(owner) ? owner : undefined
}

async function release(ports: LockPorts, path: string, mine: string): Promise<void> {
  if ((await readLock(ports, path)) === mine) await ports.files.remove(path)
}

async function readLock(ports: LockPorts, path: string): Promise<string | undefined> {
  try {
    return await ports.files.read(path)
  } catch (error) {
    if (error instanceof PortError && error.code === 'ENOENT') return undefined
    throw error
  }
}

/** Undefined for what we never wrote: a lock appears with its whole text, so nobody can be in the middle of writing it. */
function ownerOf(text: string): OwnerId | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (!isObject(value)) return undefined
    const { pid, started, boot, host, tree } = value
    if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid < 1) return undefined
    if (typeof started !== 'string' || typeof boot !== 'string' || typeof host !== 'string') return undefined
    return { pid, started, boot, host, ...(typeof tree === 'string' ? { tree } : {}) }
  } catch {
    return undefined
  }
}
