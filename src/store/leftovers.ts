import { join } from 'node:path'
import type { Files } from '../base/ports.ts'
import { readThere } from './read-there.ts'

/** What a process was writing when it died. */
export function isTemporary(name: string): boolean {
  return /\.tmp\.[0-9a-f]{12}$/.test(name)
}

/** Removes what was half written in a folder. */
export async function sweepTemporaries(files: Pick<Files, 'list' | 'remove'>, folder: string): Promise<void> {
  for (const { name } of await files.list(folder)) if (isTemporary(name)) await files.remove(join(folder, name))
}

/** What may lie in the folder of a run before its first event is durable. */
const BEFORE_THE_FIRST = new Set(['journal.ndjson', 'pipeline.yml', 'called.json', 'outputs'])

/**
 * Whether the folder of a run, if there is one, may be removed: its journal has no event, so nothing of the run has happened,
 * and nothing else in it says otherwise.
 */
export async function neverBegan(files: Pick<Files, 'list' | 'read' | 'stat'>, folder: string): Promise<boolean> {
  const kind = (await files.stat(folder))?.kind
  if (kind === undefined) return true
  if (kind !== 'folder') return false
  const entries = await files.list(folder)
  if (entries.some(({ name, kind: own }) => own === 'link' || !(BEFORE_THE_FIRST.has(name) || isTemporary(name)))) return false
  return (await readThere(files, join(folder, 'journal.ndjson')))?.includes('\n') !== true
}
