import type { Json } from '../base/json.ts'
import type { Diagnostic } from '../document/diagnostic.ts'
import type { Document, MappingNode } from '../document/document.ts'
import { parse } from '../document/parse.ts'
import type { Span } from '../document/span.ts'
import { toValue } from '../document/value.ts'
import { calledFile } from './called-file.ts'
import { maskSecrets, withoutKeyNames } from './secret.ts'
import { surveyOf } from './survey.ts'
import type { Survey } from './survey.ts'

/** Reads a pipeline that another one calls, by the path that people are told: its text, or why there is none. */
export type ReadChild = (file: string) => Promise<string | Pick<Diagnostic, 'code' | 'message'>>

/** One file of those that a run consists of, as far as it can be read. */
export interface Member {
  readonly document: Document
  readonly secrets: readonly Span[]
  /** What the parser said. */
  readonly diagnostics: readonly Diagnostic[]
  readonly root: MappingNode | undefined
  readonly value: Json
  readonly survey: Survey | undefined
}

/** More files than this are not read for one pipeline. */
export const MOST_FILES = 100

/** A pipeline and all that it calls, each file read once; the first member is the pipeline itself. Without `read` nothing else is read. */
export async function readFamily(text: string, file: string, read: ReadChild | undefined): Promise<readonly [Member, ...Member[]]> {
  const first = memberOf(text, file)
  const members = new Map<string, Member>([[file, first]])
  for (const { survey } of members.values()) {
    for (const { path } of survey && read ? survey.calls : []) {
      const child = calledFile(survey?.document.file ?? '', path.name)
      const known = members.get(child) ?? (members.size < MOST_FILES ? await memberAt(child, read) : TOO_MANY)
      if ('document' in known) members.set(child, known)
      survey?.children.set(path.name, 'document' in known ? (known.survey ?? null) : known)
    }
  }
  return [first, ...[...members.values()].slice(1)]
}

const TOO_MANY = { code: 'too-many-nodes', message: `a run consists of at most ${MOST_FILES} pipeline files, this one is not read` }

async function memberAt(file: string, read: ReadChild | undefined): Promise<Member | Pick<Diagnostic, 'code' | 'message'>> {
  const text = await read?.(file)
  return typeof text === 'string' ? memberOf(text, file) : (text ?? TOO_MANY)
}

function memberOf(text: string, file: string): Member {
  const masked = maskSecrets(text)
  const { document: parsed, diagnostics } = parse(masked.text, file)
  const document = withoutKeyNames(parsed)
  const root = document.root?.kind === 'mapping' ? document.root : undefined
  return {
    document, diagnostics, root, secrets: masked.secrets,
    value: document.root ? toValue(document.root) : null, survey: root && surveyOf(document, root),
  }
}
