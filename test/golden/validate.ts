import { createFiles } from '../../src/host/files.ts'
import { childReader } from '../../src/cli/load-pipeline.ts'
import { readSource } from '../../src/cli/source.ts'
import type { Diagnostic } from '../../src/document/diagnostic.ts'
import { formatDiagnostics } from '../../src/document/format.ts'
import { load } from '../../src/pipeline/load.ts'

export interface Validated {
  readonly diagnostics: readonly Diagnostic[]
  /** Texts by file, as frames are cut from them. */
  readonly sources: ReadonlyMap<string, string>
}

/** What `orch-run validate FILE` finds when it is started in `folder`, without a process. */
export async function validateFile(folder: string, file: string): Promise<Validated> {
  const read = await readSource(createFiles(), `${folder}/${file}`, folder)
  if ('diagnostic' in read) return { diagnostics: [read.diagnostic], sources: new Map() }
  const { sources, diagnostics } = await load(read.source.text, read.source.file, undefined, childReader(createFiles(), folder), childReader(createFiles(), folder))
  return { diagnostics, sources }
}

/** Longer outputs are told by their beginning and their end. */
const MOST_CHARACTERS = 20_000

/** What `validate` prints of it; of what nobody reads to its end, the first and the last diagnostics. */
export function printed({ diagnostics, sources }: Validated): string {
  return shortened(formatDiagnostics('text', diagnostics, sources, { color: false }))
}

export function shortened(text: string): string {
  if (text.length <= MOST_CHARACTERS) return text
  const parts = text.split('\n\n')
  const left = parts.length - 4
  return [...parts.slice(0, 2), `[… ${left} more …]`, ...parts.slice(-2)].join('\n\n')
}
