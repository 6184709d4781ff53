import { basename, dirname, join } from 'node:path'
import type { Entry, Ports } from '../base/ports.ts'
import { PortError } from '../base/ports.ts'
import { err, ok } from '../base/result.ts'
import type { Result } from '../base/result.ts'
import { Journal } from './journal.ts'
import { neverBegan, sweepTemporaries } from './leftovers.ts'
import { listRuns } from './list-runs.ts'
import { loadRun, unknownRun } from './load-run.ts'
import { acquireLock, lockHolder } from './lock.ts'
import type { Lock } from './lock.ts'
import { buryDead } from './bury-dead.ts'
import { createRunFolder } from './run-folder.ts'
import { mendJournal } from './mend-journal.ts'
import { isRunId } from './run-id.ts'
import type { OpenedRun, ReadRun, RunFolder, Store } from './store.ts'
import type { StoreFailure } from './store-failure.ts'

export type StorePorts = Pick<Ports, 'files' | 'owners'>

/** What we make in the state folder, and would write and remove in. */
const OWN_FOLDERS = ['runs', 'worktrees']

/** Opens the state folder, which is made with the first run; an error when something else stands in its place. */
export async function openStore(ports: StorePorts, stateDir: string): Promise<Result<Store, StoreFailure>> {
  const folderOf = (id: string): string => join(stateDir, 'runs', id)
  return withPorts(stateDir, async () => {
    const fault = await faultOf(ports, stateDir)
    if (fault !== undefined) return err(unusable(stateDir, fault))
    return ok<Store>({
      path: stateDir,
      folderOf,
      createRun: async (id, pipeline) => withPorts(stateDir, async () => createRun(ports, stateDir, id, pipeline)),
      openRun: async (id, options) => withPorts(stateDir, async () => openRun(ports, folderOf(id), id, options?.acceptDamaged === true)),
      readRun: async (id) => withPorts(stateDir, async () => readRun(ports, folderOf(id), id)),
      ownerOf: async (id) => (isRunId(id) ? lockHolder(ports, `${folderOf(id)}.lock`) : undefined),
      removeRun: async (id) => withPorts(stateDir, async () => removeRun(ports, folderOf(id), id)),
      listRuns: async () => listRuns(ports, join(stateDir, 'runs')),
      buryDead: async (bury) => buryDead(ports, join(stateDir, 'runs'), bury),
    })
  })
}

/** The folder itself may be a link to another disk; one inside it was not made by us, and would lead our hand elsewhere. */
async function faultOf({ files }: StorePorts, stateDir: string): Promise<string | undefined> {
  const real = await files.real(stateDir)
  const stat = await files.stat(real ?? stateDir)
  if (stat && stat.kind !== 'folder') return 'it is no folder'
  for (const name of OWN_FOLDERS) {
    const kind = (await files.stat(join(stateDir, name)))?.kind
    if (kind !== undefined && kind !== 'folder') return `\`${name}\` in it is ${kind === 'link' ? 'a link' : 'no folder'}`
  }
  return undefined
}

async function createRun(ports: StorePorts, stateDir: string, id: string, pipeline: string): Promise<Result<RunFolder, StoreFailure>> {
  const { files } = ports
  if (!isRunId(id)) return err(invalidId(id))
  const folder = join(stateDir, 'runs', id)
  await files.makeFolder(join(stateDir, 'runs'), 0o700)
  await sweepTemporaries(files, stateDir)
  if (!(await files.stat(join(stateDir, '.gitignore')))) await files.createExclusive(join(stateDir, '.gitignore'), '*\n')
  const lock = await lockRun(ports, folder, id)
  if (!lock.ok) return lock
  return holding(lock.value, async () => {
    if (!(await neverBegan(files, folder))) return err({ code: 'run-exists', message: `there is a run \`${id}\` already` })
    await files.remove(folder)
    await files.makeFolder(folder, 0o700)
    await files.syncFolder(join(stateDir, 'runs'))
    await files.replace(join(folder, 'pipeline.yml'), pipeline)
    await files.createExclusive(join(folder, 'journal.ndjson'), '')
    return ok(createRunFolder(files, folder, await openJournal(files, folder, 0), lock.value))
  })
}

async function readRun(ports: StorePorts, folder: string, id: string): Promise<Result<ReadRun, StoreFailure>> {
  return isRunId(id) ? loadRun(ports.files, folder, id) : err(unknownRun(id))
}

async function openRun(ports: StorePorts, folder: string, id: string, acceptDamaged: boolean): Promise<Result<OpenedRun, StoreFailure>> {
  const { files } = ports
  if (!isRunId(id) || !(await files.stat(join(folder, 'journal.ndjson')))) return err(unknownRun(id))
  const lock = await lockRun(ports, folder, id)
  if (!lock.ok) return lock
  return holding(lock.value, async () => {
    const link = await linkIn(files, folder)
    if (link !== undefined) return err(unusable(dirname(dirname(folder)), `\`${link}\` in it is a link`))
    await sweepTemporaries(files, dirname(dirname(folder)))
    await sweepTemporaries(files, folder)
    const lost = acceptDamaged ? await mend(files, folder, id) : 0
    const loaded = await loadRun(files, folder, id)
    if (!loaded.ok) return loaded
    const { run, reading, warnings, newer } = loaded.value
    if (newer) return err(newer)
    if (reading.torn) await files.replace(join(folder, 'journal.ndjson'), reading.whole)
    const told = lost === 0 ? warnings : [`${lost} damaged ${lost === 1 ? 'line' : 'lines'} of the journal ${lost === 1 ? 'is' : 'are'} left out`, ...warnings]
    return ok({ run, warnings: told, folder: createRunFolder(files, folder, await openJournal(files, folder, reading.events), lock.value) })
  })
}

/** How many lines were left out. What cannot be mended is left as it is, and refused when it is read. */
async function mend(files: StorePorts['files'], folder: string, id: string): Promise<number> {
  const journal = join(folder, 'journal.ndjson')
  const text = await files.read(journal)
  const mended = mendJournal(text, id)
  if (!mended.ok || mended.value.lost === 0) return 0
  await files.replace(join(folder, 'journal.damaged.ndjson'), text)
  await files.replace(journal, mended.value.text)
  return mended.value.lost
}

/** A link in the folder of a run, or among its nodes: we made none, and would write to wherever it leads. */
async function linkIn(files: StorePorts['files'], folder: string): Promise<string | undefined> {
  const isLink = ({ kind }: Entry): boolean => kind === 'link'
  const run = basename(folder)
  if ((await files.stat(folder))?.kind === 'link') return `runs/${run}`
  const entries = await files.list(folder)
  const top = entries.find(isLink)
  if (top) return `runs/${run}/${top.name}`
  const steps = entries.some(({ name, kind }) => name === 'steps' && kind === 'folder')
  const below = steps ? (await files.list(join(folder, 'steps'))).find(isLink) : undefined
  return below && `runs/${run}/steps/${below.name}`
}

async function openJournal(files: StorePorts['files'], folder: string, events: number): Promise<Journal> {
  return new Journal(await files.append(join(folder, 'journal.ndjson')), events)
}

async function removeRun(ports: StorePorts, folder: string, id: string): Promise<Result<void, StoreFailure>> {
  if (!isRunId(id)) return err(unknownRun(id))
  const lock = await lockRun(ports, folder, id)
  if (!lock.ok) return lock
  try {
    await ports.files.remove(folder)
    return ok(undefined)
  } finally {
    await lock.value.release()
  }
}

/** The lock stands beside the folder: it is there before the folder, and outlives its removal. */
async function lockRun(ports: StorePorts, folder: string, id: string): Promise<Result<Lock, StoreFailure>> {
  const lock = await acquireLock(ports, `${folder}.lock`)
  if (lock.ok) return lock
  const owner = lock.error
  const isHidden = owner.host !== ports.owners.self().host
  const doing = isHidden ? `of \`${owner.host.split(' ')[0] ?? ''}\`, which cannot be seen from here` : 'which is at work on it'
  return err({ code: 'run-owned', message: `the run \`${id}\` is owned by process ${owner.pid}${isHidden ? ' ' : ', '}${doing}`, owner, lock: `${folder}.lock`, isHidden })
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
