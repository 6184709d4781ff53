import type { Recorded } from '../run/event.ts'
import type { Run } from '../run/run.ts'

/** Watches a run and shows it to people. It only watches: nothing it does changes the run, and it is told nothing that was not written. */
export interface View {
  event(event: Recorded, run: Run): void
  /** A whole line of a node's output, already redacted. */
  output(node: string, stream: 'stdout' | 'stderr', line: string): void
  /** What a node does now. */
  activity(node: string, text: string): void
  /** The run has ended; resolves when all is shown and the terminal is as it was. */
  close(run: Run): Promise<void>
}

export interface Terminal {
  write(text: string): void
  readonly columns: number
  readonly rows: number
  readonly color: boolean
  /** A person looks at it, and it can move its cursor. */
  readonly interactive: boolean
}

/** What a view is told beside the run. */
export interface ViewSettings {
  readonly terminal: Terminal
  /** The command that goes on with the run, for people to copy. */
  readonly resume: string
  /** Where the report is written; null where none is. */
  readonly report: string | null
}
