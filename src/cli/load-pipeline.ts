import type { Files } from '../base/ports.ts'
import { load } from '../pipeline/load.ts'
import type { Pipeline } from '../pipeline/pipeline.ts'
import { showDiagnostics } from './complain.ts'
import { EXIT } from './exit-code.ts'
import { readSource } from './source.ts'
import { Stop } from './stop.ts'

/** A valid pipeline with its text; shows all diagnostics, and throws `Stop` when one of them is an error. */
export async function loadPipeline(files: Files, path: string, cwd: string): Promise<{ pipeline: Pipeline; text: string }> {
  const read = await readSource(files, path, cwd)
  if ('diagnostic' in read) throw new Stop(EXIT.invalid, read.diagnostic.message)
  return parsePipeline(read.source.text, read.source.file)
}

/** The same for a text that is at hand, such as the copy that is kept with a run. */
export async function parsePipeline(text: string, file: string): Promise<{ pipeline: Pipeline; text: string }> {
  const { pipeline, diagnostics, document } = await load(text, file)
  showDiagnostics(diagnostics, new Map([[file, document.text]]))
  if (!pipeline) throw new Stop(EXIT.invalid, `\`${file}\` is no valid pipeline, nothing was run`)
  return { pipeline, text }
}
