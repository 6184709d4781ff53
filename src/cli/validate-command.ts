import { sortDiagnostics } from '../document/diagnostic.ts'
import type { Diagnostic } from '../document/diagnostic.ts'
import { formatDiagnostics } from '../document/format.ts'
import { createFiles } from '../host/files.ts'
import { load } from '../pipeline/load.ts'
import { colorWanted } from './complain.ts'
import { EXIT } from './exit-code.ts'
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
    const loaded = await load(read.source.text, read.source.file)
    sources.set(read.source.file, loaded.document.text)
    diagnostics.push(...loaded.diagnostics)
  }
  const out = format === 'text' ? process.stderr : process.stdout
  const text = formatDiagnostics(format, sortDiagnostics(diagnostics), sources, { color: format === 'text' && colorWanted(out) })
  if (format !== 'text' || diagnostics.length > 0) out.write(text)
  else out.write(`${paths.length === 1 ? 'the pipeline is' : `all ${paths.length} pipelines are`} valid\n`)
  return diagnostics.some((diagnostic) => diagnostic.severity === 'error') ? EXIT.invalid : EXIT.passed
}
