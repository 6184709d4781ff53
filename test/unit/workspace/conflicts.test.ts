import { afterEach, describe, expect, it } from 'vitest'
import type { Knot, Workspaces } from '../../../src/workspace/workspace.ts'
import { type Rig, changed, createRig } from './rig.ts'

let rig: Rig
afterEach(() => rig.remove())

const LINES = Array.from({ length: 9 }, (_, at) => `${at}\n`).join('')

/** The files that two scripts leave when their changes are merged, with modes, links and contents on one line each. */
async function merged(workspaces: Workspaces, commits: readonly [string, string], policy: 'ours' | 'theirs'): Promise<string[]> {
  const result = await workspaces.merge({ sides: [{ commit: commits[0], name: 'one' }, { commit: commits[1], name: 'two' }], policy })
  if (!result.ok) throw new Error(result.error.message)
  const { commit } = result.value
  return rig.sh(`git ls-tree -r ${commit} | while read -r mode _ object path; do echo "$path $mode $(git cat-file blob $object | tr '\\n\\0' ' 0')"; done`).split('\n').map((one) => one.trim())
}

async function told(workspaces: Workspaces, commits: readonly [string, string]): Promise<string[]> {
  const result = await workspaces.merge({ sides: [{ commit: commits[0], name: 'one' }, { commit: commits[1], name: 'two' }], policy: 'fail' })
  if (result.ok || result.error.code !== 'merge-conflict') throw new Error('there is no contradiction')
  return result.error.conflicts.map(({ path, kind, severity, ours, theirs, hunks }) => `${path}: ${kind}, ${severity}, ${ours} ${theirs}, ${hunks.length}`)
}

const CASES: Readonly<Record<string, { readonly files: Readonly<Record<string, string>>; readonly one: string; readonly two: string; readonly told: string[]; readonly ours: string[]; readonly theirs: string[] }>> = {
  'lines of a text': {
    files: { a: LINES }, one: 'sed -i "s/^1$/one/; s/^7$/uno/" a', two: 'sed -i "s/^1$/two/; s/^4$/four/" a',
    told: ['a: content, medium, one two, 1'], ours: ['a 100644 0 one 2 3 four 5 6 uno 8'], theirs: ['a 100644 0 two 2 3 four 5 6 uno 8'],
  },
  'a file that both add': {
    files: { a: 'a\n' }, one: 'echo 1 > n; chmod +x n', two: 'echo 2 > n',
    told: ['n: add-add, medium, one two, 1'], ours: ['a 100644 a', 'n 100755 1'], theirs: ['a 100644 a', 'n 100644 2'],
  },
  'a file that one deletes and the other changes': {
    files: { a: LINES, b: 'b\n' }, one: 'rm a', two: 'echo x >> a',
    told: ['a: delete-modify, high, one two, 0'], ours: ['b 100644 b'], theirs: ['a 100644 0 1 2 3 4 5 6 7 8 x', 'b 100644 b'],
  },
  'a binary file': {
    files: { a: 'a\0b' }, one: 'printf "a\\0c" > a', two: 'printf "a\\0d" > a',
    told: ['a: binary, high, one two, 0'], ours: ['a 100644 a0c'], theirs: ['a 100644 a0d'],
  },
  'a link': {
    files: { a: 'a\n' }, one: 'ln -s a l', two: 'ln -s ./a l',
    told: ['l: link, high, one two, 0'], ours: ['a 100644 a', 'l 120000 a'], theirs: ['a 100644 a', 'l 120000 ./a'],
  },
  'a file where the other makes a folder': {
    files: { a: 'a\n' }, one: 'echo f > x', two: 'mkdir x; echo g > x/y',
    told: ['x: type, high, one two, 0'], ours: ['a 100644 a', 'x 100644 f'], theirs: ['a 100644 a', 'x/y 100644 g'],
  },
  'a file that is moved to two places': {
    files: { a: LINES }, one: 'mv a b', two: 'mv a c',
    told: ['a: rename, high, one two, 0', 'b: rename, high, one two, 0', 'c: rename, high, one two, 0'], ours: ['b 100644 0 1 2 3 4 5 6 7 8'], theirs: ['c 100644 0 1 2 3 4 5 6 7 8'],
  },
}

describe('changes that contradict each other', () => {
  for (const [name, { files, one, two, ...expected }] of Object.entries(CASES)) {
    it(`in ${name} are told, and a side wins`, async () => {
      rig = createRig(files)
      const workspaces = await rig.open()
      const commits = [await changed(rig, workspaces, one), await changed(rig, workspaces, two)] as const
      expect({ told: await told(workspaces, commits), ours: await merged(workspaces, commits, 'ours'), theirs: await merged(workspaces, commits, 'theirs') }).toEqual(expected)
      rig.sh('git fsck --no-progress --strict')
    })
  }

  it('are none where one side moves what the other changes, or a folder into which the other puts a file', async () => {
    rig = createRig({ a: LINES, 'd/x': 'x\n' })
    const workspaces = await rig.open()
    const commits = [await changed(rig, workspaces, 'mv a b; mv d e'), await changed(rig, workspaces, 'echo 9 >> a; echo y > d/y')] as const
    expect(await merged(workspaces, commits, 'ours')).toEqual(['b 100644 0 1 2 3 4 5 6 7 8 9', 'd/y 100644 y', 'e/x 100644 x'])
    expect(await merged(workspaces, [commits[1], commits[0]], 'ours')).toEqual(await merged(workspaces, commits, 'ours'))
  })

  it('come to whoever resolves them with markers under the names of the sides, and with all versions', async () => {
    rig = createRig({ a: LINES, x: 'x\n' })
    const workspaces = await rig.open()
    const commits = [await changed(rig, workspaces, 'sed -i "s/^1$/one/" a; rm x; mkdir x; echo z > x/z'), await changed(rig, workspaces, 'sed -i "s/^1$/two/" a; echo y >> x')]
    const knots: Knot[] = []
    const sides = commits.map((commit, at) => ({ commit, name: ['first step', 'second'][at] ?? '' }))
    const result = await workspaces.merge({ sides, policy: async (knot) => { knots.push(knot); return { ok: true, value: knot.tree } } })
    const [knot] = knots
    expect(rig.sh(`git cat-file blob ${knot?.tree}:a`)).toBe(`0\n<<<<<<< first step\none\n||||||| base\n1\n=======\ntwo\n>>>>>>> second\n${LINES.slice(4).trim()}`)
    expect(knot?.aside).toEqual(['x~second'])
    expect(rig.sh(`git ls-tree -r --name-only ${knot?.tree}`).split('\n')).toEqual(['a', 'x/z', 'x~second'])
    expect(knot?.files.map(({ path, side, hasMarkers }) => [path, side, hasMarkers])).toEqual([
      ['a', 'base', true], ['a', 'ours', true], ['a', 'theirs', true], ['x', 'base', false], ['x', 'theirs', false],
    ])
    expect(result.ok && rig.sh(`git rev-parse ${result.value.commit}^{tree}`)).toBe(knot?.tree)
  })
})
