import type { Json } from '../base/json.ts'
import { sortDiagnostics } from '../document/diagnostic.ts'
import type { Diagnostic } from '../document/diagnostic.ts'
import type { Document } from '../document/document.ts'
import { placeOf } from '../document/lines.ts'
import type { Place, Span } from '../document/span.ts'
import { buildPipeline } from './build.ts'
import { expressionMistakes } from './expression-mistakes.ts'
import type { Expressions } from './expression.ts'
import { readFamily } from './family.ts'
import type { Member, ReadChild } from './family.ts'
import { familyMistakes } from './meaning/family.ts'
import { meaningMistakes } from './meaning/registry.ts'
import type { Pipeline } from './pipeline.ts'
import { promptMistakes } from './prompt-mistakes.ts'
import { reportSecrets } from './secret.ts'
import type { Survey } from './survey.ts'
import { validateShape } from './validate.ts'
import type { PipelineText } from './vocabulary/pipeline.ts'

export interface Loaded {
  /** Its text is that of the file, but with literal keys covered: frames must be cut from it and from nothing else. */
  readonly document: Document
  /** The same texts of this file and of all that it calls, by file. */
  readonly sources: ReadonlyMap<string, string>
  /** Undefined exactly when one of the diagnostics is an error. */
  readonly pipeline: Pipeline | undefined
  /** All mistakes of the file and of those that it calls, sorted by place. */
  readonly diagnostics: readonly Diagnostic[]
}

const MOST_SHOWN = 1000

/**
 * From text to meaning: the border behind which a pipeline is right. `read` gives the pipelines that it calls; without it they
 * are not looked at; `readPrompt` likewise the files of prompts. The expression library is loaded only where it is needed.
 */
export async function load(text: string, file: string, expressions?: Expressions, read?: ReadChild, readPrompt?: ReadChild): Promise<Loaded> {
  const members = await readFamily(text, file, read)
  const told = await Promise.all(members.map(async (member) => diagnosticsOf(member, expressions)))
  const prompts = await Promise.all(members.flatMap(({ survey }) => (survey && readPrompt ? [promptMistakes(survey, expressions, readPrompt)] : [])))
  const { survey } = members[0]
  const all = bounded(sortDiagnostics([...told.flat(), ...unique(prompts.flatMap(({ diagnostics }) => diagnostics)), ...(survey ? familyMistakes(survey) : [])]))
  const isValid = members.every((member) => member.root) && !all.some((diagnostic) => diagnostic.severity === 'error')
  const sources = new Map([...prompts.flatMap((prompt) => [...prompt.sources]), ...members.map(({ document }) => [document.file, document.text] as const)])
  return { document: members[0].document, sources, diagnostics: all, pipeline: isValid ? familyOf(members) : undefined }
}

/** All pipelines of a run know each other: any of them may be called by any other. */
function familyOf(members: readonly [Member, ...Member[]]): Pipeline {
  const children = new Map<string, Pipeline>()
  const [root, ...others] = members
  for (const { document, value } of others) children.set(document.file, buildPipeline(value as unknown as PipelineText, document.file, children))
  return buildPipeline(root.value as unknown as PipelineText, root.document.file, children)
}

async function diagnosticsOf({ document, diagnostics, secrets, survey, value }: Member, expressions: Expressions | undefined): Promise<readonly Diagnostic[]> {
  const found = survey ? await mistakesOf(survey, value, expressions) : []
  const told = besideSecrets(document, secrets, [...diagnostics, ...beside(diagnostics.filter(({ severity }) => severity === 'error'), found)])
  return unique([...reportSecrets(document, secrets), ...told])
}

async function mistakesOf(survey: Survey, value: Json, expressions: Expressions | undefined): Promise<Diagnostic[]> {
  const told = [...(await validateShape(survey.document, value)), ...meaningMistakes(survey)]
  const inExpressions = await expressionMistakes(survey, expressions)
  // What a text means that nothing evaluates is no second mistake.
  return [...beside(inExpressions.filter(({ code }) => code === 'stray-expression'), told), ...inExpressions]
}

/** Where something was said that takes the meaning away, such as that it is no YAML, nothing more is said. */
function beside(said: readonly Diagnostic[], found: readonly Diagnostic[]): Diagnostic[] {
  const places = new Set(said.map(({ line, column }) => `${line}:${column}`))
  return places.size === 0 ? [...found] : found.filter(({ line, column }) => !places.has(`${line}:${column}`))
}

/** A covered key has no right form either: that it stands there is said once. */
function besideSecrets(document: Document, secrets: readonly Span[], diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  if (secrets.length === 0) return diagnostics
  const places = secrets.map((span) => placeOf(document, span))
  return diagnostics.filter((diagnostic) => !places.some((place) => isWithin(diagnostic, place)))
}

function isWithin(diagnostic: Place, place: Place): boolean {
  const isAfterStart = diagnostic.line > place.line || (diagnostic.line === place.line && diagnostic.column >= place.column)
  return isAfterStart && (diagnostic.line < place.end_line || (diagnostic.line === place.end_line && diagnostic.column < place.end_column))
}

/** Nobody reads thousands; that there are more is said where they begin. Errors come before warnings then. */
function bounded(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  if (diagnostics.length <= MOST_SHOWN) return diagnostics
  const errors = diagnostics.filter(({ severity }) => severity === 'error')
  const worst = errors.length > 0 ? errors : diagnostics
  const shown = worst.slice(0, MOST_SHOWN)
  const next = worst[MOST_SHOWN]
  if (!next) return shown
  const { file, line, column, end_line, end_column, severity } = next
  const message = `there are more mistakes from here on than can be told at once: ${worst.length - MOST_SHOWN}`
  return [...shown, { code: 'too-many-mistakes', severity, message, help: 'mend those above first', file, line, column, end_line, end_column }]
}

/** What an alias repeats is wrong only once. */
function unique(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const seen = new Set<string>()
  return diagnostics.filter(({ file, code, line, column, message }) => {
    const key = `${file}:${line}:${column}:${code}:${message}`
    return !seen.has(key) && seen.add(key)
  })
}
