import type { Diagnostic, Severity } from './diagnostic.ts'
import { renderDiagnostic } from './frame.ts'
import { indexLines } from './lines.ts'
import type { LineIndex } from './lines.ts'

/** For people: each diagnostic with its source line, and at the end how many there are; nothing when there are none. */
export function formatText(diagnostics: readonly Diagnostic[], sources: ReadonlyMap<string, string>, color: boolean): string {
  if (diagnostics.length === 0) return ''
  const indexes = new Map<string, LineIndex>()
  const indexOf = (file: string): LineIndex | undefined => {
    const text = sources.get(file)
    if (text !== undefined && !indexes.has(file)) indexes.set(file, indexLines(text))
    return indexes.get(file)
  }
  return [...diagnostics.map((diagnostic) => renderDiagnostic(diagnostic, indexOf, color)), `${tally(diagnostics)}\n`].join('\n')
}

function tally(diagnostics: readonly Diagnostic[]): string {
  const count = (severity: Severity): number => diagnostics.filter((diagnostic) => diagnostic.severity === severity).length
  return [plural(count('error'), 'error'), plural(count('warning'), 'warning')].filter((part) => part !== '').join(', ')
}

function plural(count: number, word: string): string {
  return count === 0 ? '' : `${count} ${word}${count === 1 ? '' : 's'}`
}
