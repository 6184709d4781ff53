import { dirname } from 'node:path'
import type { Files } from '../base/ports.ts'
import { err, ok } from '../base/result.ts'
import type { Result } from '../base/result.ts'
import { unchanged } from './path.ts'
import type { Bounds, Place } from './path.ts'

const NEW_FILE_MODE = 0o644

/**
 * Puts a text where `place` was found for writing. The entry is replaced as a whole, so that a link which came there in the
 * meantime is not followed; its folder is looked at again right before.
 */
export async function writeText(files: Files, bounds: Bounds, place: Place, text: string): Promise<Result<void, string>> {
  await files.makeFolder(dirname(place.path), 0o755)
  if (!(await unchanged(files, bounds, place, 'write'))) return err(`\`${place.shown}\` was replaced while it was written`)
  await files.replace(place.path, text, place.stat ? place.stat.mode & 0o777 : NEW_FILE_MODE)
  return ok(undefined)
}
