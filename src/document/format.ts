import type { Diagnostic } from './diagnostic.ts'
import { formatGithub } from './format-github.ts'
import { formatJson } from './format-json.ts'
import { formatSarif } from './format-sarif.ts'
import { formatText } from './format-text.ts'

export type DiagnosticFormat = 'text' | 'json' | 'github' | 'sarif'

/** Diagnostics in the order given, in one of the formats; `sources` holds the texts by file, for the lines that `text` shows. */
export function formatDiagnostics(
  format: DiagnosticFormat,
  diagnostics: readonly Diagnostic[],
  sources: ReadonlyMap<string, string>,
  options: { readonly color: boolean },
): string {
  switch (format) {
    case 'text':
      return formatText(diagnostics, sources, options.color)
    case 'json':
      return formatJson(diagnostics)
    case 'github':
      return formatGithub(diagnostics)
    case 'sarif':
      return formatSarif(diagnostics)
  }
}
