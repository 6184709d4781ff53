import { type Conflict, type ConflictKind, severityOf } from '../base/conflict.ts'
import { isBinary, readBlobs } from './blobs.ts'
import { toText } from './bytes.ts'
import { conflictHunks, wholeHunk } from './hunks.ts'
import type { Clash, Version } from './merge-tree.ts'
import type { TrustedRepository } from './repository.ts'

const LINK = '120000'
const SUBMODULE = '160000'

/** A clash whose sides are texts, both there, with their contents; what can be merged by lines. */
export interface TextClash {
  readonly clash: Clash
  readonly base: string
  readonly ours: string
  readonly theirs: string
}

/** A clash with what is known of it. */
export interface Judged {
  readonly clash: Clash
  readonly kind: ConflictKind
  /** Undefined where lines say nothing. */
  readonly text: TextClash | undefined
}

/** What kind of contradiction each clash is. */
export async function judgeClashes(repository: TrustedRepository, clashes: readonly Clash[]): Promise<Judged[]> {
  const regular = clashes.filter(({ ours, theirs }) => isRegular(ours) && isRegular(theirs))
  const objects = [...new Set(regular.flatMap(({ base, ours, theirs }) => [base, ours, theirs].flatMap((version) => (isRegular(version) ? [version.object] : []))))]
  const contents = new Map((await readBlobs(repository, objects)).map((content, at) => [objects[at] ?? '', content]))
  const contentOf = (version: Version | undefined): string => (isRegular(version) ? (contents.get(version.object) ?? '') : '')
  return clashes.map((clash) => {
    const kind = kindByVersions(clash)
    if (kind !== undefined) return { clash, kind, text: undefined }
    const text = { clash, base: contentOf(clash.base), ours: contentOf(clash.ours), theirs: contentOf(clash.theirs) }
    if ([text.base, text.ours, text.theirs].some(isBinary)) return { clash, kind: 'binary', text: undefined }
    return { clash, kind: clash.ours?.object === clash.theirs?.object ? 'mode' : clash.base ? 'content' : 'add-add', text }
  })
}

/** Undefined where both sides are files at their place: then their contents tell. */
function kindByVersions({ path, place, base, ours, theirs, words }: Clash): ConflictKind | undefined {
  const versions = [base, ours, theirs].filter((version) => version !== undefined)
  if (versions.some(({ mode }) => mode === SUBMODULE)) return 'submodule'
  if (path !== place || words.some((word) => /file\/directory|distinct/.test(word))) return 'type'
  if (words.some((word) => /rename\/(rename|delete)/.test(word))) return 'rename'
  if (!ours || !theirs) return base && (ours ?? theirs) ? 'delete-modify' : 'rename'
  if (ours.mode === LINK && theirs.mode === LINK) return 'link'
  return isRegular(ours) && isRegular(theirs) ? undefined : 'type'
}

export function isRegular(version: Version | undefined): version is Version {
  return version?.mode.startsWith('100') === true
}

/** Who changed a path, by what people call them. */
export type Namer = (path: string) => { readonly ours: string; readonly theirs: string }

/** More files than this are named without their lines. */
const MOST_LOOKED_INTO = 100

/** The contradictions as people are told them, sorted by path. */
export async function conflictsOf(repository: TrustedRepository, judged: readonly Judged[], nameOf: Namer): Promise<Conflict[]> {
  const conflicts = await Promise.all(judged.map(async ({ clash, kind, text }, at): Promise<Conflict> => {
    const path = toText(clash.place)
    return { path, kind, severity: severityOf(kind), ...nameOf(path), hunks: text && at < MOST_LOOKED_INTO ? await hunksOf(repository, text, kind) : [] }
  }))
  return conflicts.sort((one, other) => (one.path < other.path ? -1 : 1))
}

async function hunksOf(repository: TrustedRepository, { clash, ours, theirs }: TextClash, kind: ConflictKind): Promise<Conflict['hunks']> {
  if (kind === 'mode' || !clash.ours || !clash.theirs) return []
  if (!clash.base) return [wholeHunk(ours, theirs)]
  return conflictHunks(repository, clash.base.object, { object: clash.ours.object, content: ours }, { object: clash.theirs.object, content: theirs })
}
