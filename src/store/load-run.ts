import { join } from 'node:path'
import { canonical } from '../base/json.ts'
import type { Json } from '../base/json.ts'
import type { Files } from '../base/ports.ts'
import { err, ok } from '../base/result.ts'
import type { Result } from '../base/result.ts'
import { fold } from '../run/fold.ts'
import { emptyRun } from '../run/lay.ts'
import type { Run } from '../run/run.ts'
import { readJournal } from './journal-text.ts'
import type { JournalReading } from './journal-text.ts'
import { readThere } from './read-there.ts'
import { saveRun } from './saved-run.ts'
import { readSnapshot } from './snapshot.ts'
import type { StoreFailure } from './store-failure.ts'

export interface LoadedRun {
  readonly run: Run
  readonly reading: JournalReading
  readonly warnings: readonly string[]
  /** Why it may be read and not gone on with: a later version of this program wrote its snapshot. */
  readonly newer: StoreFailure | undefined
}

/**
 * Reads a run back. The journal alone decides what happened, so it is folded whole; the snapshot is compared with the fold at
 * its place, and where it does not fit it is told and not believed.
 */
export async function loadRun(files: Pick<Files, 'read'>, folder: string, id: string): Promise<Result<LoadedRun, StoreFailure>> {
  const text = await readThere(files, join(folder, 'journal.ndjson'))
  if (text === undefined) return err(unknownRun(id))
  const snapshotText = await readThere(files, join(folder, 'snapshot.json'))
  const snapshot = snapshotText === undefined ? undefined : readSnapshot(snapshotText)
  const run = emptyRun(id)
  let fits = false
  const reading = readJournal(text, (event) => {
    fold(run, event)
    if (snapshot?.ok && event.seq === snapshot.value.seq) fits = sameState(run, snapshot.value as unknown as Json)
  })
  if (!reading.ok) {
    const { line, message, isNewer } = reading.error
    return isNewer ? err(newerRun(id, message)) : err({ code: 'journal-damaged', run: id, line, message: `the run \`${id}\` cannot be read: ${message}` })
  }
  if (reading.value.events === 0) return err(unknownRun(id))
  const warnings: string[] = []
  if (reading.value.torn) warnings.push('the last line of the journal was torn and is dropped')
  if (snapshot && !snapshot.ok) warnings.push(`${snapshot.error.message}; it is built again from the journal`)
  else if (snapshot && !fits) warnings.push('the snapshot does not fit the journal; it is built again from it')
  const newer = snapshot?.ok === false && snapshot.error.isNewer ? newerRun(id, snapshot.error.message) : undefined
  return ok({ run, reading: reading.value, warnings, newer })
}

function newerRun(id: string, why: string): StoreFailure {
  return { code: 'run-newer', field: 'version', message: `the run \`${id}\` was written by a newer orch-run: ${why}` }
}

export function unknownRun(id: string): StoreFailure {
  return { code: 'run-unknown', message: `there is no run \`${id.replace(/[^\w.-]/g, '?').slice(0, 64)}\` in the state folder` }
}

/** What this program wrote has its own order of keys; only for another one they are sorted, which costs five times as much. */
function sameState(run: Run, saved: Json): boolean {
  const now = saveRun(run) as unknown as Json
  return JSON.stringify(now) === JSON.stringify(saved) || canonical(now) === canonical(saved)
}
