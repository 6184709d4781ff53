import type { Appender, OwnerId } from '../base/ports.ts'
import type { Result } from '../base/result.ts'
import type { Recorded } from '../run/event.ts'
import type { Run } from '../run/run.ts'
import type { RunSummary } from './run-summary.ts'
import type { StoreFailure } from './store-failure.ts'

/** The state folder: `<state-dir>/runs/<run>/` for each run. */
export interface Store {
  readonly path: string
  /** Makes the folder of a new run, and owns it until `close`. */
  createRun(id: string, pipeline: string): Promise<Result<RunFolder, StoreFailure>>
  /**
   * Owns an existing run until `close`, and reads it back from its journal. With `acceptDamaged` a journal that cannot be read is
   * mended first: the damaged one stays beside it as `journal.damaged.ndjson`.
   */
  openRun(id: string, options?: { readonly acceptDamaged?: boolean }): Promise<Result<OpenedRun, StoreFailure>>
  /** Reads a run without owning it: another process may be at work on it. Its warnings tell of a lost snapshot or a torn line. */
  readRun(id: string): Promise<Result<ReadRun, StoreFailure>>
  /** The living process that is at work on a run; undefined when there is none. */
  ownerOf(id: string): Promise<OwnerId | undefined>
  /** Removes a run with all that was kept of it; refused while somebody is at work on it. */
  removeRun(id: string): Promise<Result<void, StoreFailure>>
  /** Newest first. */
  listRuns(): Promise<RunSummary[]>
  /** Hands over every run whose owner died at work on it, owned until `bury` is done with what that left, and then free. */
  buryDead(bury: (run: string, owner: OwnerId) => Promise<void>): Promise<void>
  /** Where a run lies, whether it exists or not. */
  folderOf(id: string): string
}

export interface ReadRun {
  readonly run: Run
  readonly warnings: readonly string[]
}

export interface OpenedRun extends ReadRun {
  readonly folder: RunFolder
}

/** The folder of one run, owned by this process. */
export interface RunFolder {
  readonly path: string
  readonly journal: JournalFile
  /** The pipeline's text as it was run. */
  pipeline(): Promise<string>
  /** For a resume that takes the pipeline as it is now. */
  savePipeline(text: string): Promise<void>
  /** `steps/<node>/<attempt>`, which is made when something is kept there. */
  attemptPath(node: string, attempt: number): string
  /** Log file of an attempt, opened once until it is closed. */
  log(node: string, attempt: number, name: string): Promise<Appender>
  keep(node: string, attempt: number, name: string, text: string): Promise<void>
  saveSnapshot(run: Run): Promise<void>
  saveReport(text: string): Promise<void>
  /** Gives the run up: another process may own it now. */
  close(): Promise<void>
}

export interface JournalFile {
  /** Writes the events, which follow the last one without a gap; durable (one flush for all of them) when it resolves. */
  append(events: readonly Recorded[]): Promise<void>
}
