import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { Files, Repository } from '../base/ports.ts'
import { splitZero, toText } from './bytes.ts'
import { exactPattern } from './ignore.ts'
import { below } from './place.ts'
import type { TrustedRepository } from './repository.ts'
import { allSettled } from './settled.ts'
import type { SlotPorts } from './slot.ts'

/** One look at the user's checkout. Ignored files are not looked at. */
export interface Fingerprint {
  readonly head: string
  /** Object by ref; our own pins are left out. */
  readonly refs: ReadonlyMap<string, string>
  /** Of all that is staged. */
  readonly staged: string
  /** Facts by path of what steers git: configuration, hooks, attributes. */
  readonly settings: ReadonlyMap<string, string>
  /** Facts by path of every file that differs from the index or is untracked. */
  readonly files: ReadonlyMap<string, string>
}

const STEERING = ['config', 'config.worktree', 'info/attributes', 'info/exclude', 'objects/info/alternates']

/** Looks without running anything: a tenant may have planted a filter or a file watcher in the user's configuration by now. */
export async function takeFingerprint(ports: SlotPorts, stateDir: string): Promise<Fingerprint> {
  const { files, repository } = ports
  const { user } = repository
  const [head, refs, settings, checkout] = await allSettled([
    files.read(join(user.gitDir, 'HEAD')).catch(() => ''),
    readRefs(repository),
    readSettings(files, user),
    readCheckout(ports, stateDir),
  ])
  return { head: head.trim(), refs, settings, ...checkout }
}

/** This command reads refs alone, so the user's configuration has nothing to run. */
async function readRefs(repository: TrustedRepository): Promise<Map<string, string>> {
  const format = '%(refname)%00%(objectname) %(symref)%00'
  const output = await repository.ask(['for-each-ref', `--format=${format}`], { env: { GIT_DIR: repository.user.gitDir } })
  const parts = splitZero(output)
  const refs = new Map<string, string>()
  for (let at = 0; at + 1 < parts.length; at += 2) refs.set(toText(parts[at] ?? '').trim(), parts[at + 1] ?? '')
  for (const name of refs.keys()) if (name.startsWith('refs/orch-run/')) refs.delete(name)
  return refs
}

async function readSettings(files: Files, user: Repository): Promise<Map<string, string>> {
  const hooks = (await files.list(join(user.commonDir, 'hooks')).catch(() => [])).map((entry) => `hooks/${entry.name}`)
  const facts = await factsOf(files, user.commonDir, [...STEERING, ...hooks])
  return new Map(facts.flatMap(([path, fact]) => (fact === undefined ? [] : [[path, fact] as const])))
}

/**
 * By our own git folder and a copy of the user's index, so that a stale lock of the user is not in the way. What is staged is
 * judged by its entries, not by the bytes of the index: `git status` by the user writes it anew and changes nothing.
 */
async function readCheckout({ files, repository }: SlotPorts, stateDir: string): Promise<Pick<Fingerprint, 'staged' | 'files'>> {
  const { user } = repository
  const state = below(user.root, stateDir)
  const [index] = await Promise.all([copyIndex(files, repository), repository.manners])
  const excluded = state === undefined ? [] : ['-x', exactPattern(state)]
  const args = ['ls-files', '-c', '-m', '-d', '-o', '-s', '-v', '-z', '--exclude-standard', ...excluded]
  const lines = splitZero(await repository.ask(args, { tree: user.root, index }))
  const staged = createHash('sha256')
  const paths = new Set<string>()
  for (const line of lines) {
    if (line.startsWith('? ')) paths.add(toText(line.slice(2)))
    else if (/^[CR] /i.test(line)) paths.add(toText(line.slice(line.indexOf('\t') + 1)))
    else staged.update(`${line}\0`)
  }
  const facts = await factsOf(files, user.root, [...paths])
  return { staged: staged.digest('hex'), files: new Map(facts.map(([path, fact]) => [path, fact ?? 'gone'])) }
}

/** A split index has its larger part in a second file, which git looks for in the git folder. */
async function copyIndex(files: Files, { user, folder }: TrustedRepository): Promise<string> {
  const shared = (await files.list(user.gitDir)).map((entry) => entry.name).filter((name) => name.startsWith('sharedindex.'))
  const copy = async (from: string, to: string) => {
    await files.remove(join(folder, to))
    if ((await files.stat(join(user.gitDir, from))) !== undefined) await files.copy(join(user.gitDir, from), join(folder, to))
  }
  await Promise.all([copy('index', 'checkout-index'), ...shared.map((name) => copy(name, name))])
  return join(folder, 'checkout-index')
}

async function factsOf(files: Files, folder: string, paths: readonly string[]): Promise<(readonly [string, string | undefined])[]> {
  return Promise.all(paths.map(async (path) => {
    const stat = await files.stat(join(folder, path))
    return [path, stat === undefined ? undefined : `${stat.kind} ${stat.size} ${stat.modifiedMs} ${stat.mode}`] as const
  }))
}
