import type { Diagnostic } from './diagnostic.ts'
import { escapeUnseen } from './display.ts'

/** Workflow commands of GitHub Actions, one a line, which become annotations of the files. */
export function formatGithub(diagnostics: readonly Diagnostic[]): string {
  return diagnostics.map((diagnostic) => `${command(diagnostic)}\n`).join('')
}

function command(diagnostic: Diagnostic): string {
  const { severity, code, message, help, file, line, column, end_line, end_column, related = [] } = diagnostic
  const properties = { file, line, col: column, endLine: end_line, endColumn: end_column, title: code }
  const others = related.map((other) => `${other.file}:${other.line}:${other.column}: ${other.message}`)
  const lines = [message, ...(help === undefined ? [] : [`help: ${help}`]), ...others]
  const written = Object.entries(properties).map(([name, value]) => `${name}=${escapeProperty(String(value))}`)
  return `::${severity} ${written.join(',')}::${escapeData(lines.map(escapeUnseen).join('\n'))}`
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
