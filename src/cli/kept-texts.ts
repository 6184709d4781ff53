import { join } from 'node:path'
import { PortError } from '../base/ports.ts'
import type { Files } from '../base/ports.ts'
import type { KeptTexts } from '../report/json.ts'
import { shownNodes } from '../run/nested-runs.ts'
import type { Run } from '../run/run.ts'
import { nodeFolder } from '../store/node-folder.ts'

/** In bytes: a page with more is none that a reader opens. */
const MOST_OF_ONE = 100_000
const MOST_OF_ALL = 8_000_000

/** What the last attempts of all nodes left in the run's folder, cut; a file that cannot be read is left out. */
export async function keptTexts(files: Files, folder: string, run: Run): Promise<ReadonlyMap<string, KeptTexts>> {
  const kept = new Map<string, KeptTexts>()
  let left = MOST_OF_ALL
  for (const { id, node } of shownNodes(run)) {
    const attempt = node.attempts.at(-1)?.attempt
    if (attempt === undefined || left <= 0) continue
    const path = join(folder, 'steps', nodeFolder(id), String(attempt))
    const [stdout, stderr, patch] = await Promise.all(['stdout.log', 'stderr.log', 'change.patch'].map(async (name) => beginning(files, join(path, name))))
    kept.set(id, { ...(stdout && { stdout }), ...(stderr && { stderr }), ...(patch && { patch }) })
    left -= (stdout?.length ?? 0) + (stderr?.length ?? 0) + (patch?.length ?? 0)
  }
  return kept
}

async function beginning(files: Files, path: string): Promise<string | undefined> {
  try {
    const stat = await files.stat(path)
    if (stat?.kind !== 'file' || stat.size === 0) return undefined
    const text = (await files.readBytes(path, MOST_OF_ONE)).toString('utf8')
    return stat.size > MOST_OF_ONE ? `${text}\n… (${stat.size - MOST_OF_ONE} more bytes in ${path})` : text
  } catch (error) {
    if (error instanceof PortError) return undefined
    throw error
  }
}
