import { join, resolve } from 'node:path'
import type { OwnerId, Ports } from '../base/ports.ts'
import type { Result } from '../base/result.ts'
import { sweepTree } from '../host/processes.ts'
import { openStore } from '../store/open-store.ts'
import { isRunId, newRunId } from '../store/run-id.ts'
import type { StoreFailure } from '../store/store-failure.ts'
import type { Store } from '../store/store.ts'
import { EXIT } from './exit-code.ts'
import { SCRATCH } from './output.ts'
import { Stop } from './stop.ts'

/** The state folder, rid of what runs left that were killed; throws `Stop` when it cannot be used. */
export async function stateStore(ports: Ports, cwd: string, stateDir: string): Promise<Store> {
  const folder = resolve(cwd, stateDir)
  if (stateDir === '' || `${cwd}/`.startsWith(folder === '/' ? folder : `${folder}/`)) {
    throw new Stop(EXIT.invalid, `the state folder cannot be \`${stateDir}\`: all that is in it is ignored by git, and this is where the work lies`, 'name a folder of its own by `--state-dir`')
  }
  const store = unwrap(await openStore(ports, folder))
  await store.buryDead(async (run, owner) => bury(ports, store, run, owner))
  return store
}

/** How long orphans of a killed run may take to end after they were asked to. */
const GRACE_MS = 2000

/** Ends the processes of a run that was killed, and removes its worktrees and the outputs that nobody reads any more. */
async function bury(ports: Ports, store: Store, run: string, owner: OwnerId): Promise<void> {
  if (owner.tree !== undefined) await sweepTree(owner.tree, GRACE_MS, ports.clock)
  for (const folder of await worktreeFolders(ports, store, run)) await ports.files.remove(folder)
  await ports.files.remove(join(store.folderOf(run), SCRATCH))
}

/** Its own, and those that called pipelines had beside it: no id of a run has a `~`. */
async function worktreeFolders(ports: Ports, store: Store, run: string): Promise<string[]> {
  const all = join(store.path, 'worktrees')
  if ((await ports.files.stat(all)) === undefined) return []
  return (await ports.files.list(all)).flatMap(({ name }) => (name === run || name.startsWith(`${run}~`) ? [join(all, name)] : []))
}

/** The id that was asked for, or a fresh one. */
export function chosenRunId(ports: Ports, wanted: string | undefined): string {
  if (wanted === undefined) return newRunId(ports.clock, ports.random)
  if (isRunId(wanted)) return wanted
  throw new Stop(EXIT.invalid, 'a run id has at most 64 letters, digits, `.`, `_` and `-`, and begins with a letter or digit', 'choose another `--run-id`')
}

/** The value, or the failure as a `Stop` with its exit code. */
export function unwrap<T>(result: Result<T, StoreFailure>): T {
  if (result.ok) return result.value
  throw new Stop(exitCodeOf(result.error), result.error.message, helpFor(result.error))
}

function exitCodeOf(failure: StoreFailure): number {
  switch (failure.code) {
    case 'run-id-invalid':
    case 'run-exists':
    case 'run-unknown':
      return EXIT.invalid
    case 'state-folder':
    case 'run-owned':
      return EXIT.notReady
    case 'journal-damaged':
    case 'run-newer':
      return EXIT.resumeRefused
  }
}

function helpFor(failure: StoreFailure): string | undefined {
  switch (failure.code) {
    case 'run-unknown': return '`orch-run runs` lists the runs of this folder'
    case 'run-exists': return 'choose another `--run-id`, or go on with it by `orch-run resume`'
    case 'run-owned': return failure.isHidden ? `when that process is surely gone, remove \`${failure.lock}\`` : 'wait until it has ended, or stop that process'
    case 'state-folder': return 'choose another one by `--state-dir`'
    case 'journal-damaged': return failure.line === 1 ? 'the run cannot go on, start a new one' : `\`orch-run resume ${failure.run} --accept-damaged\` goes on with what can be read; what is lost may be done and paid again`
    case 'run-newer': return 'go on with the version that wrote it, or start a new run'
    case 'run-id-invalid': return undefined
  }
}
