import { sortDiagnostics } from '../document/diagnostic.ts'
import type { Diagnostic } from '../document/diagnostic.ts'
import { formatDiagnostics } from '../document/format.ts'
import { createFiles } from '../host/files.ts'
import { load } from '../pipeline/load.ts'
import { colorWanted } from './complain.ts'
import { EXIT } from './exit-code.ts'
import { childReader } from './load-pipeline.ts'
import { readSource } from './source.ts'

/** Shows all diagnostics of all files: `text` on standard error, the other formats on standard output. */
export async function validateCommand(paths: readonly string[], format: 'text' | 'json' | 'github' | 'sarif'): Promise<number> {
  const files = createFiles()
  const diagnostics: Diagnostic[] = []
  const sources = new Map<string, string>()
  for (const path of paths) {
    const read = await readSource(files, path, process.cwd())
    if ('diagnostic' in read) {
      diagnostics.push(read.diagnostic)
      continue
    }
    const loaded = await load(read.source.text, read.source.file, undefined, childReader(files, process.cwd()), childReader(files, process.cwd()))
    for (const [file, text] of loaded.sources) sources.set(file, text)
    diagnostics.push(...loaded.diagnostics)
  }
  const out = format === 'text' ? process.stderr : process.stdout
  const text = formatDiagnostics(format, sortDiagnostics(once(diagnostics)), sources, { color: format === 'text' && colorWanted(out) })
  if (format !== 'text' || diagnostics.length > 0) out.write(text)
  else out.write(`${paths.length === 1 ? 'the pipeline is' : `all ${paths.length} pipelines are`} valid\n`)
  return diagnostics.some((diagnostic) => diagnostic.severity === 'error') ? EXIT.invalid : EXIT.passed
}

/** What is wrong with a pipeline that others call is told once. */
function once(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const seen = new Set<string>()
  return diagnostics.filter((diagnostic) => {
    const key = JSON.stringify(diagnostic)
    return !seen.has(key) && seen.add(key)
  })
}
