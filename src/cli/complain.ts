import type { Diagnostic } from '../document/diagnostic.ts'
import { formatDiagnostics } from '../document/format.ts'
import { plainLine } from '../ui/plain.ts'

/** One sentence to standard error, with the next step where there is one. What strangers named in it can command nobody. */
export function complain(message: string, help?: string): void {
  const plain = message.split('\n').map(plainLine).join('\n')
  process.stderr.write(`error: ${plain}\n${help === undefined ? '' : `  help: ${plainLine(help)}\n`}`)
}

/** Diagnostics for people, to standard error. */
export function showDiagnostics(diagnostics: readonly Diagnostic[], sources: ReadonlyMap<string, string>): void {
  if (diagnostics.length > 0) process.stderr.write(formatDiagnostics('text', diagnostics, sources, { color: colorWanted(process.stderr) }))
}

/** Colours only where a person sees them and did not say otherwise. */
export function colorWanted(stream: { readonly isTTY?: boolean }): boolean {
  if (process.env.NO_COLOR !== undefined && process.env.NO_COLOR !== '') return false
  return stream.isTTY === true && process.env.TERM !== 'dumb'
}
