import { basename, dirname, join, relative } from 'node:path'
import type { Files } from '../base/ports.ts'

/** A path with every link of its existing part resolved: what does not exist yet may be asked for too. */
export async function realPlace(files: Files, path: string): Promise<string> {
  const real = await files.real(path)
  if (real !== undefined || dirname(path) === path) return real ?? path
  return join(await realPlace(files, dirname(path)), basename(path))
}

/** `path` relative to `folder`; undefined where it does not lie below it. */
export function below(folder: string, path: string): string | undefined {
  const inside = relative(folder, path)
  return inside === '' || inside === '..' || inside.startsWith('../') || inside.startsWith('/') ? undefined : inside
}
