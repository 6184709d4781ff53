import type { Files } from '../base/ports.ts'
import type { ReadChild } from '../pipeline/family.ts'
import { load } from '../pipeline/load.ts'
import type { Pipeline } from '../pipeline/pipeline.ts'
import { showDiagnostics } from './complain.ts'
import { EXIT } from './exit-code.ts'
import { readSource } from './source.ts'
import { Stop } from './stop.ts'

/** A valid pipeline, with its text and those of all pipelines that it calls, by file. */
export interface LoadedPipeline {
  readonly pipeline: Pipeline
  readonly text: string
  readonly called: ReadonlyMap<string, string>
}

/** Shows all diagnostics, and throws `Stop` when one of them is an error. */
export async function loadPipeline(files: Files, path: string, cwd: string): Promise<LoadedPipeline> {
  const read = await readSource(files, path, cwd)
  if ('diagnostic' in read) throw new Stop(EXIT.invalid, read.diagnostic.message)
  return parsePipeline(read.source.text, read.source.file, childReader(files, cwd), childReader(files, cwd))
}

/** The same for a text that is at hand, such as the copy that is kept with a run; `read` gives the pipelines that it calls. */
export async function parsePipeline(text: string, file: string, read: ReadChild, readPrompt: ReadChild): Promise<LoadedPipeline> {
  const called = new Map<string, string>()
  const { pipeline, diagnostics, sources } = await load(text, file, undefined, async (child) => {
    const found = await read(child)
    if (typeof found === 'string') called.set(child, found)
    return found
  }, readPrompt)
  // What is missing is told when it is read.
  showDiagnostics(diagnostics.filter(({ code, severity }) => code !== 'file-missing' || severity === 'error'), sources)
  if (pipeline) return { pipeline, text, called }
  const errors = diagnostics.filter(({ severity }) => severity === 'error')
  const isOnlyMissing = errors.every(({ code }) => code === 'file-missing')
  throw new Stop(isOnlyMissing ? EXIT.notReady : EXIT.invalid, `\`${file}\` is no valid pipeline, nothing was run`)
}

/** Called pipelines as they lie in the file system; paths are relative to `cwd`. */
export function childReader(files: Files, cwd: string): ReadChild {
  return async (file) => {
    const read = await readSource(files, file, cwd)
    return 'source' in read ? read.source.text : read.diagnostic
  }
}

/** Called pipelines as they were kept with a run. */
export function keptReader(texts: ReadonlyMap<string, string>): ReadChild {
  return async (file) => texts.get(file) ?? { code: 'file-missing', message: `no copy of \`${file}\` was kept with the run` }
}
