import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import type { Workspaces } from '../../src/workspace/workspace.ts'
import { createRig } from '../unit/workspace/rig.ts'

/** `MERGE_TRIALS=500` makes as many random sets of changes; `npm test` makes fewer. */
const TRIALS = Number(process.env.MERGE_TRIALS ?? 15)

const rig = createRig({ 'work.txt': 'w\n' })
afterAll(() => rig.remove())

/** Files by path. Lines are told apart by a number, so that there is one way only to line two versions up. */
type Tree = Readonly<Record<string, string>>

const PATHS = ['a.txt', 'b.txt', 'deep/c.txt', 'deep/d e.txt']
const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('')
const base: Tree = Object.fromEntries(PATHS.map((path, file) => [path, text(Array.from({ length: 12 }, (_, line) => `${file}.${line}`))]))

/** What one side does: to some lines of some files, or to whole files. */
type Change =
  | { readonly kind: 'replace' | 'insert'; readonly path: string; readonly line: number; readonly count: number; readonly text: number }
  | { readonly kind: 'remove'; readonly path: string; readonly line: number; readonly count: number }
  | { readonly kind: 'delete'; readonly path: string }
  | { readonly kind: 'add'; readonly path: string; readonly text: number }

const line = fc.nat(11)
const count = fc.integer({ min: 1, max: 3 })
const path = fc.constantFrom(...PATHS)
const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constantFrom('replace' as const, 'insert' as const), path, line, count, text: fc.nat(3) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('remove' as const), path, line, count }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), path }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('add' as const), path: fc.constantFrom('new.txt', 'deep/new.txt'), text: fc.nat(2) }) },
)

function applied(changes: readonly Change[], side: string): Tree {
  const lines = new Map(Object.entries(base).map(([name, content]) => [name, content.split('\n').slice(0, -1).map((one) => [one])]))
  const whole = new Map<string, string | undefined>()
  for (const one of changes) {
    const file = lines.get(one.path)
    if (one.kind === 'delete') whole.set(one.path, undefined)
    else if (one.kind === 'add') whole.set(one.path, text([`new ${one.text}`, `by ${side}`]))
    else if (file) {
      const fresh = one.kind === 'remove' ? [] : [`changed ${one.text} ${one.line}`]
      for (let at = one.line; at < Math.min(one.line + one.count, file.length); at += 1) file[at] = one.kind === 'insert' ? [...(file[at] ?? []), ...(at === one.line ? fresh : [])] : at === one.line ? fresh : []
    }
  }
  const made = new Map([...lines].map(([name, content]) => [name, text(content.flat())] as const))
  for (const [name, content] of whole) if (content === undefined) made.delete(name)
  else made.set(name, content)
  return Object.fromEntries(made)
}

const objects = new Map<string, string>()

function commitOf(tree: Tree, parent?: string): string {
  const index = join(rig.top, 'index')
  rmSync(index, { force: true })
  const env = { PATH: process.env.PATH ?? '', HOME: rig.home, GIT_INDEX_FILE: index, GIT_CONFIG_NOSYSTEM: '1' }
  const run = (args: readonly string[], input = ''): string => execFileSync('git', args, { cwd: rig.user, env, input, encoding: 'utf8' }).trim()
  const contents = [...new Set(Object.values(tree))].filter((content) => !objects.has(content))
  for (const [at, content] of contents.entries()) writeFileSync(join(rig.top, `content-${at}`), content)
  const made = contents.length === 0 ? [] : run(['hash-object', '-w', '--no-filters', '--stdin-paths'], contents.map((_, at) => `${join(rig.top, `content-${at}`)}\n`).join('')).split('\n')
  for (const [at, content] of contents.entries()) objects.set(content, made[at] ?? '')
  const entries = Object.entries(tree).map(([name, content]) => `100644 ${objects.get(content)}\t${name}`)
  run(['update-index', '--add', '--index-info'], entries.map((entry) => `${entry}\n`).join(''))
  return run(['commit-tree', run(['write-tree']), ...(parent === undefined ? [] : ['-p', parent]), '-m', 'x'])
}

function treeAt(commit: string): Tree {
  const names = rig.sh(`git ls-tree -r -z ${commit} | tr '\\0' '\\n'`).split('\n').map((entry) => entry.split('\t')[1] ?? '')
  const output = execFileSync('git', ['cat-file', '--batch'], { cwd: rig.user, input: names.map((name) => `${commit}:${name}\n`).join('') }).toString('utf8')
  let at = 0
  return Object.fromEntries(names.map((name) => {
    const end = output.indexOf('\n', at)
    const size = Number(output.slice(at, end).split(' ')[2])
    at = end + size + 2
    return [name, output.slice(end + 1, end + 1 + size)]
  }))
}

/** What `git merge-file` makes of three texts; undefined where it has a conflict. */
function mergeFile(ours: string, from: string, theirs: string, side?: 'ours' | 'theirs'): string | undefined {
  const folder = join(rig.top, 'three')
  mkdirSync(folder, { recursive: true })
  for (const [name, content] of Object.entries({ ours, from, theirs })) writeFileSync(join(folder, name), content)
  try {
    return execFileSync('git', ['merge-file', '-p', ...(side ? [`--${side}`] : []), 'ours', 'from', 'theirs'], { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  } catch {
    return undefined
  }
}

/** The declared tree: file by file as `git merge-file` does it, whole files by the side; undefined where `fail` must fail. */
function declared(ours: Tree, theirs: Tree, policy: 'fail' | 'ours' | 'theirs'): Tree | undefined {
  const made: Record<string, string> = {}
  for (const name of new Set([...Object.keys(base), ...Object.keys(ours), ...Object.keys(theirs)])) {
    const [from, mine, their] = [base[name], ours[name], theirs[name]]
    let content: string | undefined
    if (mine === their || their === from) content = mine
    else if (mine === from) content = their
    else if (mine === undefined || their === undefined) {
      if (policy === 'fail') return undefined
      content = policy === 'ours' ? mine : their
    } else {
      content = mergeFile(mine, from ?? '', their, policy === 'fail' ? undefined : policy)
      if (content === undefined) return undefined
    }
    if (content !== undefined) made[name] = content
  }
  return made
}

async function merged(workspaces: Workspaces, commits: readonly string[], policy: 'fail' | 'ours' | 'theirs'): Promise<Tree | undefined> {
  const result = await workspaces.merge({ sides: commits.map((commit, at) => ({ commit, name: `side-${at}` })), policy })
  if (!result.ok && result.error.code !== 'merge-conflict') throw new Error(result.error.message)
  return result.ok ? treeAt(result.value.commit) : undefined
}

const sides = fc.tuple(fc.array(change, { minLength: 1, maxLength: 5 }), fc.array(change, { minLength: 1, maxLength: 5 }))

describe('random changes of two sides', () => {
  it('become the tree that `git merge-file` makes of each file, by each policy', { timeout: 60_000 + TRIALS * 10_000 }, async () => {
    const workspaces = await rig.open()
    const from = commitOf(base)
    let conflicts = 0
    await fc.assert(fc.asyncProperty(sides, async ([one, other]) => {
      const [ours, theirs] = [applied(one, 'one'), applied(other, 'other')]
      const commits = [commitOf(ours, from), commitOf(theirs, from)]
      if (declared(ours, theirs, 'fail') === undefined) conflicts += 1
      for (const policy of ['fail', 'ours', 'theirs'] as const) {
        expect({ policy, tree: await merged(workspaces, commits, policy) }).toEqual({ policy, tree: declared(ours, theirs, policy) })
      }
    }), { numRuns: TRIALS })
    expect(conflicts).toBeGreaterThan(TRIALS / 10)
  })
})

describe('changes that do not overlap', () => {
  it('give the same tree in any order', { timeout: 60_000 + TRIALS * 10_000 }, async () => {
    const workspaces = await rig.open({ run: 'r2' })
    const from = commitOf(base)
    // Each side has lines of its own, with an unchanged one between them.
    const part = fc.record({ path, kind: fc.constantFrom('replace' as const, 'remove' as const, 'insert' as const), text: fc.nat(3) })
    const order = fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 })
    await fc.assert(fc.asyncProperty(fc.tuple(part, part, part, part), order, async (parts, permutation) => {
      const commits = parts.map((one, at) => commitOf(applied([{ ...one, line: at * 3, count: 1 }], String(at)), from))
      const first = await merged(workspaces, commits, 'fail')
      expect(first).toBeDefined()
      expect(await merged(workspaces, permutation.map((at) => commits[at] ?? ''), 'fail')).toEqual(first)
      expect(await merged(workspaces, permutation.map((at) => commits[at] ?? ''), 'theirs')).toEqual(first)
    }), { numRuns: Math.ceil(TRIALS / 2) })
  })
})
