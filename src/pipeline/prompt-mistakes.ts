import type { Diagnostic } from '../document/diagnostic.ts'
import type { Document, ScalarNode } from '../document/document.ts'
import { display } from '../document/display.ts'
import { report } from '../document/report.ts'
import { calledFile, isOwnPath } from './called-file.ts'
import { loadChecking } from './expression-mistakes.ts'
import type { Expressions } from './expression.ts'
import type { ReadChild } from './family.ts'
import { textAt } from './fields.ts'
import type { Mention } from './fields.ts'
import { createScopes } from './scopes.ts'
import { maskSecrets } from './secret.ts'
import type { Survey } from './survey.ts'
import { hasExpression } from './template.ts'

export interface PromptMistakes {
  readonly diagnostics: readonly Diagnostic[]
  /** The texts that frames are cut from, by file. */
  readonly sources: ReadonlyMap<string, string>
}

/** Files that are named and not there, and what is wrong with the expressions of those that `prompt_file` names. */
export async function promptMistakes(survey: Survey, loaded: Expressions | undefined, read: ReadChild): Promise<PromptMistakes> {
  const diagnostics: Diagnostic[] = []
  const sources = new Map<string, string>()
  const scopes = createScopes(survey)
  const own = survey.document.file
  for (const { path, step } of namedFiles(survey)) {
    const file = calledFile(own, path.name)
    const text = await read(file)
    if (typeof text !== 'string') diagnostics.push(...missing(survey, path, text))
    else if (step !== undefined && hasExpression(text)) {
      const { document, node } = wholeText(file, maskSecrets(text).text)
      const { checkSite, expressions } = await loadChecking(loaded)
      diagnostics.push(...checkSite({ document, node, form: 'template', names: scopes.namesAt(['steps', step, 'prompt']) }, expressions))
      sources.set(file, document.text)
    }
  }
  return { diagnostics, sources }
}

/** The files of prompts, with the step whose prompt it is, and those of instructions. */
function namedFiles({ steps, agents }: Survey): { readonly path: Mention; readonly step?: string }[] {
  const prompts = [...steps.values()].map(({ id, node }) => ({ path: textAt(node, 'prompt_file'), step: id }))
  const instructions = [...(agents?.values() ?? [])].map(({ value }) => ({ path: textAt(value, 'instructions_file') }))
  return [...prompts, ...instructions].flatMap(({ path, ...more }) => (path && isOwnPath(path.name) ? [{ path, ...more }] : []))
}

/** A warning, since the file is right and only the place is not ready; a run refuses, and tells whatever else hinders the reading. */
function missing({ document }: Survey, { node }: Mention, { code, message }: Pick<Diagnostic, 'code' | 'message'>): Diagnostic[] {
  if (code !== 'file-missing') return []
  return [report(document, node.span, code, 'warning', display(message, 300), { help: 'the path is relative to the folder of this file' })]
}

/** A text that is no YAML, as if it were one literal scalar. */
function wholeText(file: string, text: string): { document: Document; node: ScalarNode } {
  const span = { start: 0, end: text.length }
  const node: ScalarNode = { kind: 'scalar', span, value: text, style: 'literal', block: { ...span, indent: 0 } }
  return { document: { file, text, root: node }, node }
}
