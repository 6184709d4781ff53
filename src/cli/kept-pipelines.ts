import { join } from 'node:path'
import { isObject } from '../base/json.ts'
import type { Files } from '../base/ports.ts'

/** Beside `pipeline.yml` in a run's folder: the texts of the pipelines that it calls, by file. */
const NAME = 'called.json'

/** Keeps called pipelines as they are run; where there are none, nothing is written. */
export async function keepCalled(files: Files, folder: { readonly path: string }, called: ReadonlyMap<string, string>): Promise<void> {
  if (called.size > 0) await files.replace(join(folder.path, NAME), `${JSON.stringify(Object.fromEntries(called), null, 2)}\n`)
}

export async function keptCalled(files: Files, folder: { readonly path: string }): Promise<ReadonlyMap<string, string>> {
  const path = join(folder.path, NAME)
  if ((await files.stat(path)) === undefined) return new Map()
  const value: unknown = JSON.parse(await files.read(path))
  return new Map(isObject(value) ? Object.entries(value).flatMap(([file, text]) => (typeof text === 'string' ? [[file, text] as const] : [])) : [])
}
