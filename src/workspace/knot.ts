import type { Conflict } from '../base/conflict.ts'
import type { Files } from '../base/ports.ts'
import { readBlobs } from './blobs.ts'
import { toText } from './bytes.ts'
import { type Judged, isRegular } from './clash.ts'
import type { TrustedRepository } from './repository.ts'
import { type Labels, asidePath, withMarkers } from './settle-clashes.ts'
import type { Knot, KnotFile, Side } from './workspace.ts'

interface KnotParts {
  readonly tree: string
  readonly judged: readonly Judged[]
  readonly conflicts: readonly Conflict[]
  readonly commits: Knot['commits']
  readonly sides: readonly Side[]
  readonly side: Side
}

/** What whoever resolves a contradiction is given: the tree with markers, and the three versions of each file. */
export async function createKnot(ports: { readonly files: Files; readonly repository: TrustedRepository }, parts: KnotParts): Promise<Knot> {
  const { judged, conflicts, commits, sides, side } = parts
  const labels: Labels = { ours: labelOf(sides), base: 'base', theirs: labelOf([side]) }
  const tree = await withMarkers(ports, parts.tree, judged, labels)
  const aside = judged.flatMap(({ clash }) => (clash.path === clash.place ? [] : [toText(asidePath(clash, labels))]))
  return { tree, conflicts, commits, sides, side, aside, files: await versionsOf(ports.repository, judged) }
}

/** As one line that cannot be taken for anything else in a marker. */
function labelOf(sides: readonly Side[]): string {
  return sides.map(({ name }) => name).join(', ').replace(/[\p{Cc}\s]+/gu, ' ').slice(0, 200)
}

async function versionsOf(repository: TrustedRepository, judged: readonly Judged[]): Promise<KnotFile[]> {
  const versions = judged.flatMap(({ clash, text, kind }) => (['base', 'ours', 'theirs'] as const).flatMap((side) => {
    const version = clash[side]
    return isRegular(version) ? [{ path: toText(clash.place), side, object: version.object, hasMarkers: text !== undefined && kind !== 'mode' }] : []
  }))
  const contents = await readBlobs(repository, versions.map(({ object }) => object))
  return versions.map(({ path, side, hasMarkers }, at) => ({ path, side, hasMarkers, content: Buffer.from(contents[at] ?? '', 'latin1') }))
}
