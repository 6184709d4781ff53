import { pathUri } from '../base/uri.ts'
import type { Diagnostic, Related } from './diagnostic.ts'
import type { Place } from './span.ts'

/** The Static Analysis Results Interchange Format 2.1.0, as code scanning services read it. */
export function formatSarif(diagnostics: readonly Diagnostic[]): string {
  const ids = [...new Set(diagnostics.map((diagnostic) => diagnostic.code))].sort()
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'orch-run', rules: ids.map((id) => ({ id })) } },
        columnKind: 'unicodeCodePoints',
        results: diagnostics.map((diagnostic) => result(diagnostic, ids.indexOf(diagnostic.code))),
      },
    ],
  }
  return `${JSON.stringify(log, null, 2)}\n`
}

function result({ code, severity, message, help, related = [], ...place }: Diagnostic, ruleIndex: number): object {
  return {
    ruleId: code,
    ruleIndex,
    level: severity,
    message: { text: help === undefined ? message : `${message}\nhelp: ${help}` },
    locations: [location(place)],
    ...(related.length === 0 ? {} : { relatedLocations: related.map(relatedLocation) }),
  }
}

function relatedLocation({ message: text, ...place }: Related): object {
  return { ...location(place), message: { text } }
}

function location({ file, line, column, end_line, end_column }: Place): object {
  const region = { startLine: line, startColumn: column, endLine: end_line, endColumn: end_column }
  return { physicalLocation: { artifactLocation: { uri: pathUri(file) }, region } }
}
