/**
 * How two changes contradict each other. `content`: both changed the same lines; `add-add`: both added the file; `delete-modify`:
 * one deleted what the other changed; `rename`: they moved it to different places, or one moved what the other deleted; `binary`,
 * `link`, `submodule`: both changed what cannot be merged by lines; `mode`: only whether it is executable; `type`: one made a file,
 * the other a folder or a link.
 */
export type ConflictKind = 'content' | 'add-add' | 'delete-modify' | 'rename' | 'binary' | 'link' | 'submodule' | 'mode' | 'type'

/** `low`: no content is at stake; `medium`: lines of a file; `high`: the whole of it, so that choosing a side drops all of the other's. */
export type ConflictSeverity = 'low' | 'medium' | 'high'

/** A file on which two changes contradict each other. */
export interface Conflict {
  /** Relative to the repository's top. */
  readonly path: string
  readonly kind: ConflictKind
  readonly severity: ConflictSeverity
  /** Who changed it: the steps that came earlier in the order, with commas between them, and the one that came later. */
  readonly ours: string
  readonly theirs: string
  /** Empty where lines say nothing. */
  readonly hunks: readonly ConflictHunk[]
}

/** The lines in question in each of the three versions. */
export interface ConflictHunk {
  readonly base: LineRange
  readonly ours: LineRange
  readonly theirs: LineRange
}

/** Lines count from 1; of no lines, `start` is the line after which they would stand. */
export interface LineRange {
  readonly start: number
  readonly count: number
}

const SEVERITY: Readonly<Record<ConflictKind, ConflictSeverity>> = {
  mode: 'low', content: 'medium', 'add-add': 'medium', 'delete-modify': 'high', rename: 'high', binary: 'high', link: 'high', submodule: 'high', type: 'high',
}

export function severityOf(kind: ConflictKind): ConflictSeverity {
  return SEVERITY[kind]
}
