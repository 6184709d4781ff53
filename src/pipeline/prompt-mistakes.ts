import type { Diagnostic } from '../document/diagnostic.ts'
import type { Document, ScalarNode } from '../document/document.ts'
import { calledFile } from './called-file.ts'
import { loadChecking } from './expression-mistakes.ts'
import type { Expressions } from './expression.ts'
import type { ReadChild } from './family.ts'
import { textAt } from './fields.ts'
import { createScopes } from './scopes.ts'
import { maskSecrets } from './secret.ts'
import type { Survey } from './survey.ts'
import { hasExpression } from './template.ts'

export interface PromptMistakes {
  readonly diagnostics: readonly Diagnostic[]
  /** The texts that frames are cut from, by file. */
  readonly sources: ReadonlyMap<string, string>
}

/** What is wrong with the expressions of the files that `prompt_file` names. One that cannot be read is the business of the run. */
export async function promptMistakes(survey: Survey, loaded: Expressions | undefined, read: ReadChild): Promise<PromptMistakes> {
  const diagnostics: Diagnostic[] = []
  const sources = new Map<string, string>()
  const scopes = createScopes(survey)
  for (const step of survey.steps.values()) {
    const path = textAt(step.node, 'prompt_file')
    if (!path || path.name.trim() === '') continue
    const file = calledFile(survey.document.file, path.name)
    const text = await read(file)
    if (typeof text !== 'string' || !hasExpression(text)) continue
    const { document, node } = wholeText(file, maskSecrets(text).text)
    const { checkSite, expressions } = await loadChecking(loaded)
    diagnostics.push(...checkSite({ document, node, form: 'template', names: scopes.namesAt(['steps', step.id, 'prompt']) }, expressions))
    sources.set(file, document.text)
  }
  return { diagnostics, sources }
}

/** A text that is no YAML, as if it were one literal scalar. */
function wholeText(file: string, text: string): { document: Document; node: ScalarNode } {
  const span = { start: 0, end: text.length }
  const node: ScalarNode = { kind: 'scalar', span, value: text, style: 'literal', block: { ...span, indent: 0 } }
  return { document: { file, text, root: node }, node }
}
