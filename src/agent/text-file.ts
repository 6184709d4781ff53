import type { Files } from '../base/ports.ts'
import { err, ok } from '../base/result.ts'
import type { Result } from '../base/result.ts'
import { placeOf, unchanged } from './path.ts'
import type { Bounds, PathUse, Place } from './path.ts'

/** Larger files are not taken into memory for a model. */
export const LARGEST_FILE = 16 * 1024 * 1024

export interface TextFile {
  readonly place: Place
  readonly text: string
}

/** A whole text file, or why there is none to be had, as a sentence to the model. */
export async function readTextFile(files: Files, bounds: Bounds, path: string, use: PathUse): Promise<Result<TextFile, string>> {
  const found = await placeOf(files, bounds, path, use)
  if (!found.ok) return found
  const place = found.value
  if (place.stat === undefined) return err(`there is no file \`${place.shown}\``)
  if (place.stat.kind === 'folder') return err(`\`${place.shown}\` is a folder; \`list_directory\` shows what is in it`)
  if (place.stat.size > LARGEST_FILE) return err(`\`${place.shown}\` has ${place.stat.size} bytes, which is too large to be read`)
  const bytes = await files.readBytes(place.path, LARGEST_FILE)
  if (!(await unchanged(files, bounds, place, use))) return err(`\`${place.shown}\` was replaced while it was read`)
  const text = decodeText(bytes)
  if (text === undefined) return err(`\`${place.shown}\` is a binary file of ${bytes.length} bytes`)
  return ok({ place, text })
}

/** Undefined for what is no UTF-8 text. A byte order mark stays. */
export function decodeText(bytes: Uint8Array): string | undefined {
  if (bytes.subarray(0, 8192).includes(0)) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** The lines without what ends them; a line end at the very end begins no further line. */
export function linesOf(text: string): string[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/)
  if (lines.at(-1) === '') lines.pop()
  return lines
}
