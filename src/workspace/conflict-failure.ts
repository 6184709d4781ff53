import type { Conflict, ConflictKind, LineRange } from '../base/conflict.ts'
import { shown } from './shown.ts'
import type { WorkspaceFailure } from './workspace.ts'

/** So many files, and so many places of each, are told in the message; all of them stand beside it. */
const MOST_FILES = 5
const MOST_HUNKS = 3

/** Contradictions that nothing decided, as a failure that names the files, the places in them, and who is at odds. */
export function conflictFailure(conflicts: readonly Conflict[]): Extract<WorkspaceFailure, { readonly code: 'merge-conflict' }> {
  const pairs = new Set(conflicts.map(({ ours, theirs }) => `${names(ours)} and ${names(theirs)}`))
  const [pair] = pairs
  const who = pairs.size === 1 && pair !== undefined ? ` of ${pair}` : ''
  const told = conflicts.slice(0, MOST_FILES).map((conflict) => `${shown(conflict.path)} (${pairs.size > 1 ? `${names(conflict.ours)} and ${names(conflict.theirs)}, ` : ''}${placeWords(conflict)})`)
  const more = conflicts.length > MOST_FILES ? ` and ${conflicts.length - MOST_FILES} more` : ''
  const files = [...new Set(conflicts.map(({ path }) => path))].sort()
  return { code: 'merge-conflict', message: `the changes${who} contradict each other in ${told.join(', ')}${more}`, files, conflicts }
}

/** One contradiction in words: who, where, how bad. */
export function conflictWords(conflict: Conflict): string {
  return `${names(conflict.ours)} and ${names(conflict.theirs)} contradict each other in ${shown(conflict.path)} (${placeWords(conflict)})`
}

function names(list: string): string {
  return list.split(', ').map(shown).join(', ')
}

const KIND_WORDS: Readonly<Record<ConflictKind, string>> = {
  content: 'the same lines', 'add-add': 'added by both', 'delete-modify': 'deleted by one and changed by the other', rename: 'renamed apart',
  binary: 'binary, changed by both', link: 'a link, changed by both', submodule: 'a submodule, changed by both',
  mode: 'its mode, changed by both', type: 'a file of one where the other has a folder or a link',
}

function placeWords({ kind, severity, hunks }: Conflict): string {
  const places = hunks.slice(0, MOST_HUNKS).map((hunk) => `${lines(hunk.ours)} against ${lines(hunk.theirs)}`)
  const more = hunks.length > MOST_HUNKS ? ` and ${hunks.length - MOST_HUNKS} more places` : ''
  return `${severity}: ${KIND_WORDS[kind]}${places.length === 0 ? '' : `, ${places.join(', ')}`}${more}`
}

function lines({ start, count }: LineRange): string {
  if (count === 0) return `none after ${start}`
  return count === 1 ? String(start) : `${start}-${start + count - 1}`
}
