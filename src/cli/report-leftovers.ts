import { basename, dirname, join } from 'node:path'
import type { Files } from '../base/ports.ts'

/** Another run may be about to write the same report. */
const YOUNG_MS = 60_000

/** Removes what killed processes left beside a report that was written just now: whole or half texts that never got its name. */
export async function removeLeftovers(files: Files, report: string): Promise<void> {
  const written = (await files.stat(report))?.modifiedMs ?? 0
  const prefix = `${basename(report)}.tmp.`
  for (const { name, kind } of await files.list(dirname(report))) {
    if (kind !== 'file' || !name.startsWith(prefix) || !/^[0-9a-f]{12}$/.test(name.slice(prefix.length))) continue
    const path = join(dirname(report), name)
    const age = written - ((await files.stat(path))?.modifiedMs ?? written)
    if (age > YOUNG_MS) await files.remove(path)
  }
}
