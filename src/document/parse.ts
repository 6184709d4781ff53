import { build } from './build.ts'
import { sortDiagnostics } from './diagnostic.ts'
import type { Diagnostic } from './diagnostic.ts'
import type { Document, DocumentNode } from './document.ts'
import { createFindings } from './finding.ts'
import type { Findings } from './finding.ts'
import { withoutForbidden } from './forbidden.ts'
import { readEvents } from './read-events.ts'
import { report } from './report.ts'
import type { Span } from './span.ts'

export interface Parsed {
  readonly document: Document
  readonly diagnostics: readonly Diagnostic[]
}

/** Larger texts are not looked at. */
const MOST_BYTES = 1_048_576
const KEYS_AND_VALUES = 'write keys and values, such as `name: x`'
const BEGINNING: Span = { start: 0, end: 0 }

/** Reads a YAML text. Never throws: whatever is wrong with the text is in the diagnostics, sorted by place. */
export function parse(text: string, file: string): Parsed {
  const findings = createFindings()
  const document: Document = { file, text, root: readRoot(text, findings) }
  const diagnostics = findings.all.map((found) => report(document, found.span, found.code, found.severity, found.message, found))
  return { document, diagnostics: sortDiagnostics(diagnostics) }
}

function readRoot(text: string, findings: Findings): DocumentNode | undefined {
  if (text.length > MOST_BYTES || Buffer.byteLength(text) > MOST_BYTES) {
    const help = 'split it into several files'
    findings.error(BEGINNING, 'too-large', `the file is larger than 1 MiB (${MOST_BYTES} bytes), which is the most that is read`, { help })
    return undefined
  }
  const readable = withoutForbidden(text, findings)
  const events = readable === undefined ? undefined : readEvents(readable, findings)
  if (readable === undefined || events === undefined) return undefined
  const root = build(readable, events, findings)
  checkRoot(readable, root, findings)
  return root
}

function checkRoot(text: string, root: DocumentNode | undefined, findings: Findings): void {
  if (root?.kind === 'mapping' || findings.all.some((found) => found.code === 'several-documents')) return
  if (root === undefined || (root.kind === 'scalar' && root.value === null && root.span.start === root.span.end)) {
    findings.error(BEGINNING, 'empty-document', 'the file is empty, it must hold a mapping', { help: KEYS_AND_VALUES })
    return
  }
  if (root.kind === 'scalar' && root.broken) return
  const found = root.kind === 'sequence' ? 'a list' : 'a single value'
  const message = `the file holds ${found}, its top level must be a mapping of keys to values`
  findings.error(root.span, 'not-a-mapping', message, { help: helpForRoot(text, root) })
}

function helpForRoot(text: string, root: DocumentNode): string {
  const isGlued = root.kind === 'scalar' && /^[\w-]+:\S/.test(text.slice(root.span.start, root.span.end))
  return isGlued ? 'write a space behind the colon' : KEYS_AND_VALUES
}
