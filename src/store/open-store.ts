import { join } from 'node:path'
import type { Ports } from '../base/ports.ts'
import { PortError } from '../base/ports.ts'
import { err, ok } from '../base/result.ts'
import type { Result } from '../base/result.ts'
import { Journal } from './journal.ts'
import { listRuns } from './list-runs.ts'
import { loadRun, unknownRun } from './load-run.ts'
import { acquireLock } from './lock.ts'
import type { Lock } from './lock.ts'
import { buryDead } from './bury-dead.ts'
import { createRunFolder } from './run-folder.ts'
import { isRunId } from './run-id.ts'
import type { OpenedRun, ReadRun, RunFolder, Store } from './store.ts'
import type { StoreFailure } from './store-failure.ts'

export type StorePorts = Pick<Ports, 'files' | 'owners'>

/** Opens the state folder, which is made with the first run; an error when something else stands in its place. */
export async function openStore(ports: StorePorts, stateDir: string): Promise<Result<Store, StoreFailure>> {
  const folderOf = (id: string): string => join(stateDir, 'runs', id)
  return withPorts(stateDir, async () => {
    const real = await ports.files.real(stateDir)
    const stat = await ports.files.stat(real ?? stateDir)
    if (stat && stat.kind !== 'folder') return err(unusable(stateDir, 'it is no folder'))
    return ok<Store>({
      path: stateDir,
      folderOf,
      createRun: async (id, pipeline) => withPorts(stateDir, async () => createRun(ports, stateDir, id, pipeline)),
      openRun: async (id) => withPorts(stateDir, async () => openRun(ports, folderOf(id), id)),
      readRun: async (id) => withPorts(stateDir, async () => readRun(ports, folderOf(id), id)),
      listRuns: async () => listRuns(ports, join(stateDir, 'runs')),
      buryDead: async (bury) => buryDead(ports, join(stateDir, 'runs'), bury),
    })
  })
}

async function createRun(ports: StorePorts, stateDir: string, id: string, pipeline: string): Promise<Result<RunFolder, StoreFailure>> {
  const { files } = ports
  if (!isRunId(id)) return err(invalidId(id))
  const folder = join(stateDir, 'runs', id)
  await files.makeFolder(stateDir, 0o700)
  if (!(await files.stat(join(stateDir, '.gitignore')))) await files.createExclusive(join(stateDir, '.gitignore'), '*\n')
  await files.makeFolder(folder, 0o700)
  const lock = await lockRun(ports, folder, id)
  if (!lock.ok) return lock
  return holding(lock.value, async () => {
    const journal = join(folder, 'journal.ndjson')
    const taken = { code: 'run-exists', message: `there is a run \`${id}\` already` } as const
    if (await files.stat(journal)) return err(taken)
    await files.replace(join(folder, 'pipeline.yml'), pipeline)
    if (!(await files.createExclusive(journal, ''))) return err(taken)
    return ok(createRunFolder(files, folder, new Journal(await files.append(journal), 0), lock.value))
  })
}

async function readRun(ports: StorePorts, folder: string, id: string): Promise<Result<ReadRun, StoreFailure>> {
  return isRunId(id) ? loadRun(ports.files, folder, id) : err(unknownRun(id))
}

async function openRun(ports: StorePorts, folder: string, id: string): Promise<Result<OpenedRun, StoreFailure>> {
  const { files } = ports
  const journal = join(folder, 'journal.ndjson')
  if (!isRunId(id) || !(await files.stat(journal))) return err(unknownRun(id))
  const lock = await lockRun(ports, folder, id)
  if (!lock.ok) return lock
  return holding(lock.value, async () => {
    const loaded = await loadRun(files, folder, id)
    if (!loaded.ok) return loaded
    const { run, reading, warnings } = loaded.value
    await sweep(ports, folder)
    if (reading.torn) await files.replace(journal, reading.whole)
    const open = new Journal(await files.append(journal), reading.events)
    return ok({ run, warnings, folder: createRunFolder(files, folder, open, lock.value) })
  })
}

/** The lock stands beside the folder: flushing it makes the folder itself durable, and it outlives the folder's removal. */
async function lockRun(ports: StorePorts, folder: string, id: string): Promise<Result<Lock, StoreFailure>> {
  const lock = await acquireLock(ports, `${folder}.lock`)
  if (lock.ok) return lock
  const message = `the run \`${id}\` is owned by process ${lock.error.pid}, which is at work on it`
  return err({ code: 'run-owned', message, owner: lock.error })
}

/** What does not end well gives the lock back. */
async function holding<T>(lock: Lock, work: () => Promise<Result<T, StoreFailure>>): Promise<Result<T, StoreFailure>> {
  let done = false
  try {
    const result = await work()
    done = result.ok
    return result
  } finally {
    if (!done) await lock.release()
  }
}

/** Removes what a killed owner left half written. */
async function sweep(ports: StorePorts, folder: string): Promise<void> {
  for (const entry of await ports.files.list(folder)) {
    if (/\.tmp\.[0-9a-f]{12}$/.test(entry.name)) await ports.files.remove(join(folder, entry.name))
  }
}

function invalidId(id: string): StoreFailure {
  const shown = id.replace(/[^\w./ -]/g, '?').slice(0, 80)
  const allowed = 'allowed are at most 64 letters, digits, `.`, `_` and `-`, a letter or digit first'
  return { code: 'run-id-invalid', message: `\`${shown}\` cannot name a run: ${allowed}` }
}

function unusable(stateDir: string, why: string): StoreFailure {
  return { code: 'state-folder', message: `the state folder \`${stateDir}\` cannot be used: ${why}` }
}

async function withPorts<T>(stateDir: string, work: () => Promise<Result<T, StoreFailure>>): Promise<Result<T, StoreFailure>> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof PortError) return err(unusable(stateDir, error.message))
    throw error
  }
}
