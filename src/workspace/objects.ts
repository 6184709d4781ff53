import { join, resolve } from 'node:path'
import type { Files } from '../base/ports.ts'

/** A folder of git objects and those that it borrows from, as far as they lie on this machine and are named there plainly. */
export async function objectFolders(files: Files, objects: string): Promise<string[]> {
  const alternates = join(objects, 'info', 'alternates')
  const text = (await files.stat(alternates)) === undefined ? '' : await files.read(alternates)
  const borrowed = text.split('\n').filter((line) => line !== '' && !line.startsWith('#') && !line.startsWith('"'))
  return [objects, ...borrowed.map((path) => resolve(objects, path))]
}
