import type { Diagnostic, Related } from './diagnostic.ts'

/** For programs: one list, also when it is empty. */
export function formatJson(diagnostics: readonly Diagnostic[]): string {
  return `${JSON.stringify(diagnostics.map(entry), null, 2)}\n`
}

function entry(diagnostic: Diagnostic): Diagnostic {
  const { code, severity, message, file, line, column, end_line, end_column, help, related } = diagnostic
  return {
    code,
    severity,
    message,
    file,
    line,
    column,
    end_line,
    end_column,
    ...(help === undefined ? {} : { help }),
    ...(related === undefined ? {} : { related: related.map(relatedEntry) }),
  }
}

function relatedEntry({ message, file, line, column, end_line, end_column }: Related): Related {
  return { message, file, line, column, end_line, end_column }
}
