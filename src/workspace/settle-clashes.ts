import { join } from 'node:path'
import type { Files } from '../base/ports.ts'
import { writeBlob } from './blobs.ts'
import type { RawPath } from './bytes.ts'
import type { Judged, TextClash } from './clash.ts'
import type { Clash, Version } from './merge-tree.ts'
import { type TrustedRepository, succeeded } from './repository.ts'

type MergePorts = { readonly files: Files; readonly repository: TrustedRepository }

/** What becomes of a clash: which version stands at which path, if any, in place of what git left. */
interface Settled {
  readonly removed: readonly RawPath[]
  readonly path: RawPath
  readonly version: Version | undefined
}

/** The names of the two sides and of their base, as conflict markers show them. */
export interface Labels {
  readonly ours: string
  readonly base: string
  readonly theirs: string
}

/**
 * The merged tree with every clash decided for one side: lines where both are texts, so that what does not contradict is kept of
 * both, as by `git merge -X`; else the whole file, or its absence, where git would leave the decision to a person.
 */
export async function sideWins(ports: MergePorts, tree: string, judged: readonly Judged[], side: 'ours' | 'theirs'): Promise<string> {
  return settle(ports, tree, judged, async ({ clash, text }) => {
    const version = text ? await mergedText(ports, text, [`--${side}`], modeFor(clash, side)) : clash[side]
    return { removed: [clash.path, clash.place], path: clash.place, version }
  })
}

/** The merged tree for whoever is to resolve it: texts with conflict markers that hold all three versions, under the sides' names. */
export async function withMarkers(ports: MergePorts, tree: string, judged: readonly Judged[], labels: Labels): Promise<string> {
  const named = ['-L', labels.ours, '-L', labels.base, '-L', labels.theirs]
  return settle(ports, tree, judged, async ({ clash, text, kind }) => {
    if (text && kind !== 'mode') return { removed: [clash.path], path: clash.place, version: await mergedText(ports, text, ['--diff3', ...named], modeFor(clash, 'ours')) }
    if (clash.path === clash.place) return undefined
    return { removed: [clash.path], path: asidePath(clash, labels), version: clash.ours ?? clash.theirs }
  })
}

/** Where a file lies whose own place is taken by something else: beside it, with the name of its side. */
export function asidePath({ place, ours }: Clash, labels: Labels): RawPath {
  return `${place}~${(ours ? labels.ours : labels.theirs).replace(/[^A-Za-z0-9_-]+/g, '-')}`
}

/** The mode that one side changed; where both did, that of the side. */
function modeFor({ base, ours, theirs }: Clash, side: 'ours' | 'theirs'): string {
  const [own, other] = side === 'ours' ? [ours, theirs] : [theirs, ours]
  const mode = own?.mode === base?.mode ? other?.mode : own?.mode
  return mode ?? '100644'
}

let made = 0

async function mergedText({ files, repository }: MergePorts, text: TextClash, options: readonly string[], mode: string): Promise<Version> {
  const folder = join(repository.folder, `merge-${(made += 1)}`)
  const paths = ['ours', 'base', 'theirs'].map((name) => join(folder, name))
  await files.makeFolder(folder)
  try {
    await Promise.all([text.ours, text.base, text.theirs].map((content, at) => files.write(paths[at] ?? '', Buffer.from(content, 'latin1'))))
    const args = ['merge-file', '-p', '-q', ...options, ...paths]
    const answer = await repository.tryAsk(args)
    // It ends with the number of conflicts, at most 127.
    const merged = answer.exitCode > 0 && answer.exitCode < 128 ? answer.stdout : succeeded(answer, args)
    return { mode, object: await writeBlob(repository, merged.toString('latin1')) }
  } finally {
    await files.remove(folder)
  }
}

async function settle(
  { files, repository }: MergePorts, tree: string, judged: readonly Judged[], decide: (one: Judged) => Promise<Settled | undefined>,
): Promise<string> {
  const settled: Settled[] = []
  for (const one of judged) {
    const found = await decide(one)
    if (found) settled.push(found)
  }
  const index = join(repository.folder, `merge-index-${(made += 1)}`)
  const none = `0 ${'0'.repeat(tree.length)}`
  const lines = [
    ...settled.flatMap(({ removed }) => removed.map((path) => `${none}\t${path}\0`)),
    ...settled.flatMap(({ path, version }) => (version ? [`${version.mode} ${version.object}\t${path}\0`] : [])),
  ]
  try {
    await repository.ask(['read-tree', tree], { index })
    await repository.ask(['update-index', '--add', '--replace', '-z', '--index-info'], { index, input: Buffer.from(lines.join(''), 'latin1') })
    return (await repository.ask(['write-tree'], { index })).toString('latin1').trim()
  } finally {
    await files.remove(index)
  }
}
