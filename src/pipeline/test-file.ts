import { sortDiagnostics } from '../document/diagnostic.ts'
import type { Diagnostic } from '../document/diagnostic.ts'
import { parse } from '../document/parse.ts'
import { report } from '../document/report.ts'
import { toValue } from '../document/value.ts'
import { explain } from './explain.ts'
import { shape } from './test-shape.generated.js'
import { validate } from './test-validator.generated.js'
import type { TestFileText } from './vocabulary/test.ts'

/** A file of tests; `tests` is undefined exactly when one of the diagnostics is an error. */
export interface LoadedTests {
  readonly text: string
  readonly diagnostics: readonly Diagnostic[]
  readonly tests: TestFileText | undefined
}

/** Reads a `*.test.yml`: every mistake of its form at its place. What its patterns and pipelines mean is seen when they are run. */
export function loadTests(text: string, file: string): LoadedTests {
  const { document, diagnostics: parsed } = parse(text, file)
  const value = document.root ? toValue(document.root) : null
  const mistakes = document.root?.kind === 'mapping' && !validate(value) ? explain(document, validate.errors ?? [], shape) : []
  const form = document.root && document.root.kind !== 'mapping'
    ? [report(document, document.root.span, 'not-a-mapping', 'error', 'a file of tests must be a mapping with `pipeline` and `tests`')]
    : []
  const said = new Set(parsed.map(({ line, column }) => `${line}:${column}`))
  const diagnostics = sortDiagnostics([...parsed, ...[...form, ...mistakes].filter(({ line, column }) => !said.has(`${line}:${column}`))])
  const isValid = document.root?.kind === 'mapping' && !diagnostics.some(({ severity }) => severity === 'error')
  return { text: document.text, diagnostics, tests: isValid ? (value as unknown as TestFileText) : undefined }
}
