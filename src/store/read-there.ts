import type { Files } from '../base/ports.ts'
import { PortError } from '../base/ports.ts'

/** The text of a file; undefined where there is none. */
export async function readThere(files: Pick<Files, 'read'>, path: string): Promise<string | undefined> {
  try {
    return await files.read(path)
  } catch (error) {
    if (error instanceof PortError && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return undefined
    throw error
  }
}
