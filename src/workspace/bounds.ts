import { join } from 'node:path'
import { type Files, PortError } from '../base/ports.ts'
import { type Result, ok } from '../base/result.ts'
import { readPaths } from './blobs.ts'
import { type RawPath, toText } from './bytes.ts'
import { leaked, refused } from './failing.ts'
import { shown } from './shown.ts'
import type { Slot, SlotPorts } from './slot.ts'
import type { WorkspaceFailure } from './workspace.ts'

/** More files than any change has that somebody could review; what tools install or build is more, and belongs into `.gitignore`. */
const MOST_FILES = 20_000

/** A change is held in memory, a few times over, when it is searched, shown and delivered; and no forge takes a file of more. */
const MOST_BYTES = 100 * 1024 * 1024

/** Of a larger file no more is searched. */
const LARGEST_SEARCHED = 64 * 1024 * 1024

/** So many files are looked at at once. */
const AT_ONCE = 64

/** Whether a text holds a secret. */
export type Leaks = (text: string) => boolean

/**
 * What was written, before anything of it becomes an object of git, which nobody takes back: whether it is a change that can be
 * handled at all, and holds no secret that the base does not hold.
 */
export async function checkWritten(ports: SlotPorts, slot: Slot, written: readonly RawPath[], leaks: Leaks): Promise<Result<void, WorkspaceFailure>> {
  const paths = written.map(toText)
  const advice = 'keep what tools make out of it by `.gitignore`'
  if (paths.length > MOST_FILES) return refused(`${paths.length} files were changed, and a change has ${MOST_FILES} at most: ${advice}`, [])
  const sizes = await each(paths, async (path) => fileSize(ports, slot, path))
  const whole = sizes.reduce((sum, size) => sum + size, 0)
  if (whole > MOST_BYTES) {
    const largest = paths[sizes.indexOf(Math.max(...sizes))] ?? ''
    return refused(`the changed files hold ${inMib(whole)} MiB, most of all ${shown(largest)}, and a change has ${inMib(MOST_BYTES)} MiB at most: ${advice}`, [largest])
  }
  const leaking = await leakingPaths(ports, slot, paths.filter((_, at) => (sizes[at] ?? 0) > 0), leaks)
  return leaking.length > 0 ? leaked(leaking) : ok(undefined)
}

async function leakingPaths({ files, repository }: SlotPorts, slot: Slot, paths: readonly string[], leaks: Leaks): Promise<string[]> {
  const holding = await each(paths, async (path) => leaks(await readText(files, join(slot.tree, path))))
  const suspects = paths.filter((_, at) => holding[at])
  const before = await readPaths(repository, slot.commit, suspects)
  return suspects.filter((_, at) => !leaks(before[at]?.toString('utf8') ?? ''))
}

/** What cannot be read cannot be kept either, which git tells better. */
async function readText(files: Files, path: string): Promise<string> {
  try {
    return (await files.readBytes(path, LARGEST_SEARCHED)).toString('utf8')
  } catch (error) {
    if (error instanceof PortError) return ''
    throw error
  }
}

/** Of a plain file; nothing else has content of its own. */
async function fileSize({ files }: SlotPorts, slot: Slot, path: string): Promise<number> {
  const stat = await files.stat(join(slot.tree, path))
  return stat?.kind === 'file' ? stat.size : 0
}

async function each<T>(paths: readonly string[], look: (path: string) => Promise<T>): Promise<T[]> {
  const found: T[] = []
  for (let at = 0; at < paths.length; at += AT_ONCE) found.push(...(await Promise.all(paths.slice(at, at + AT_ONCE).map(look))))
  return found
}

function inMib(bytes: number): number {
  return Math.ceil(bytes / 1024 / 1024)
}
