import { join, relative } from 'node:path'
import type { GrowingRedactor } from '../base/growing-redactor.ts'
import type { Files } from '../base/ports.ts'
import { fold } from '../run/fold.ts'
import type { Recorded } from '../run/event.ts'
import { leakEvents } from '../run/leak.ts'
import type { Run } from '../run/run.ts'
import type { RunFolder } from '../store/store.ts'
import { SCRATCH } from './output.ts'

/** Of a larger file no more is searched. */
const LARGEST = 64 * 1024 * 1024

/** What the author wrote himself; and what goes with the end of the run. */
const OUTSIDE = /^(pipelines?(\.yml|\/|$)|outputs(\/|$)|owner|lock)/

/**
 * The last net under all others: whatever was written for a run is searched for its secrets once more. What is found ends the
 * run as one that broke policy, in its journal too; where, and not what, is told.
 */
export async function endWithoutLeaks(files: Files, folder: RunFolder, run: Run, redactor: GrowingRedactor, now: () => number): Promise<void> {
  const found = await leakingFiles(files, folder.path, redactor)
  if (found.length === 0) return
  const recorded = leakEvents(found).map((event, at) => redactor.json({ seq: run.seq + 1 + at, at: now(), ...event }) as Recorded)
  await folder.journal.append(recorded)
  for (const event of recorded) fold(run, event)
}

async function leakingFiles(files: Files, top: string, redactor: GrowingRedactor, folder = top): Promise<string[]> {
  const found: string[] = []
  for (const { name, kind } of await files.list(folder)) {
    const path = join(folder, name)
    if (OUTSIDE.test(relative(top, path)) || relative(top, path) === SCRATCH) continue
    if (redactor.leaks(name)) found.push(relative(top, folder))
    if (kind === 'folder') found.push(...(await leakingFiles(files, top, redactor, path)))
    else if (kind === 'file' && redactor.leaks((await files.readBytes(path, LARGEST)).toString('utf8'))) found.push(relative(top, path))
  }
  return found
}
