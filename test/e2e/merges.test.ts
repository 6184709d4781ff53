import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { everything } from '../rig/checkout.ts'
import { git, removeFolders, repositoryWith } from '../rig/program.ts'
import { failures, runFor, statuses } from '../rig/report.ts'

afterAll(removeFolders)

/** Four agents on one repository: each owns a file, the first two also a line of `shared.txt`, the last two delete or change `old.txt`. */
const TEAM = `
agents:
  worker: { executor: command, command: [bash, worker.sh], sandbox: off }
  resolver: { executor: command, command: [bash, resolver.sh], sandbox: off }
checks:
  whole: { run: 'test -e one.txt && test -e four.txt && ! grep -qr "^<<<<<<<" --include=*.txt .' }
limits: { concurrency: 4 }
steps:
  one: { agent: worker, prompt: "shared one" }
  two: { agent: worker, prompt: "shared two" }
  three: { agent: worker, prompt: "delete three" }
  four: { agent: worker, prompt: "change four" }
`

const FILES = {
  'shared.txt': 'top\n-\n-\nmiddle\n-\n-\nbottom\n', 'old.txt': 'old\n',
  'worker.sh': `read -r what who
echo "$who" > "$who.txt"
case "$what" in
  shared) sed -i "s/middle/middle by $who/" shared.txt; [ "$who" = one ] && sed -i "s/top/top by one/" shared.txt || sed -i "s/bottom/bottom by two/" shared.txt ;;
  delete) rm old.txt ;;
  change) echo "and $who" >> old.txt ;;
esac
echo "did $what"
`,
  'resolver.sh': `cat > asked.log
if [ -e shared.txt ] && grep -q '^<<<<<<<' shared.txt; then
  test "$(cat .orch-merge/base/shared.txt | head -1)" = top && grep -q 'middle by one' .orch-merge/ours/shared.txt && grep -q 'middle by two' .orch-merge/theirs/shared.txt
  sed -i -e '/^<<<<<<< /d' -e '/^||||||| /,/^=======$/d' -e '/^>>>>>>> /d' shared.txt
fi
cp asked.log "asked-$(ls asked-*.txt 2> /dev/null | wc -l).txt"; rm asked.log
echo "kept both"
`,
}

const merge = (more: string): string => `${TEAM}  whole: { merge: [one, two, three, four], verify: whole${more} }\n`

function treeOf(folder: string, commit: string): Record<string, string> {
  const names = git(folder, 'ls-tree', '-r', '--name-only', commit).trim().split('\n').filter((name) => name.endsWith('.txt') && !name.startsWith('asked'))
  return Object.fromEntries(names.map((name) => [name, git(folder, 'show', `${commit}:${name}`)]))
}

const own = { 'one.txt': 'one\n', 'two.txt': 'two\n', 'three.txt': 'three\n', 'four.txt': 'four\n' }

describe('four agents on one repository', () => {
  it('give the declared tree where an earlier or a later side stands, and the merged tree is checked again', async () => {
    for (const [policy, middle, old] of [['ours', 'one', undefined], ['theirs', 'two', 'old\nand four\n']] as const) {
      const folder = repositoryWith({ ...FILES, 'p.yml': merge(`, on_conflict: ${policy}`) })
      const before = everything(folder)
      const { report } = await runFor(0, folder, ['p.yml', '--run-id', 'r'])
      const whole = report.steps.find(({ id }) => id === 'whole')
      expect(treeOf(folder, whole?.commit ?? '')).toEqual({
        ...own, 'shared.txt': `top by one\n-\n-\nmiddle by ${middle}\n-\n-\nbottom by two\n`, ...(old === undefined ? {} : { 'old.txt': old }),
      })
      expect(whole?.checks.map(({ name, status }) => [name, status])).toEqual([['whole', 'passed']])
      expect(whole?.files_changed).toEqual(['four.txt', 'old.txt', 'one.txt', 'shared.txt', 'three.txt', 'two.txt'])
      const sides = ['one', 'two', 'three', 'four'].map((id) => report.steps.find((step) => step.id === id)?.commit ?? '')
      expect(git(folder, 'show', '-s', '--format=%P', whole?.commit ?? '').trim().split(' ')).toEqual(sides)
      const trailers = git(folder, 'show', '-s', '--format=%(trailers:key=Orch-Step,key=Orch-Merged,unfold,separator=%x2C)', whole?.commit ?? '').trim()
      expect(trailers).toBe(['Orch-Step: whole', ...['one', 'two', 'three', 'four'].map((id, at) => `Orch-Merged: ${id} ${sides[at]}`)].join(','))
      expect(everything(folder)).toEqual(before)
    }
  })

  it('lose nothing where a merge fails: files, lines and severity are told, and each side is kept', async () => {
    const folder = repositoryWith({ ...FILES, 'p.yml': merge('') })
    const before = everything(folder)
    const { report } = await runFor(1, folder, ['p.yml', '--run-id', 'r'])
    expect(statuses(report)).toEqual({ one: 'passed', two: 'passed', three: 'passed', four: 'passed', whole: 'failed' })
    const commits = new Map(report.steps.map(({ id, commit }) => [id, commit ?? '']))
    const kept = ['one', 'two', 'three', 'four'].map((id) => `\`${id}\` in ${commits.get(id)?.slice(0, 12)}`).join(', ')
    expect(failures(report)).toEqual({
      whole: `merge-conflict: the changes of \`one\` and \`two\` contradict each other in \`shared.txt\` (medium: the same lines, 4 against 4); each side is kept: ${kept}`,
    })
    expect((report.steps.find(({ id }) => id === 'whole') as unknown as { merge: unknown }).merge).toEqual({
      sides: ['one', 'two', 'three', 'four'].map((node) => ({ node, commit: commits.get(node) })), policy: 'fail', outcome: 'failed', resolver: null, commit: null,
      conflicts: [{ path: 'shared.txt', kind: 'content', severity: 'medium', ours: 'one', theirs: 'two', hunks: [{ base: { start: 4, count: 1 }, ours: { start: 4, count: 1 }, theirs: { start: 4, count: 1 } }] }],
    })
    for (const id of ['one', 'two', 'three', 'four']) expect(git(folder, 'rev-parse', `refs/orch-run/r/${id}`).trim()).toBe(commits.get(id))
    expect(everything(folder)).toEqual(before)
    const resumed = await runFor(1, folder, ['resume', 'r'])
    expect(resumed.report.steps.filter(({ cached }) => cached).map(({ id }) => id)).toEqual(['one', 'two', 'three', 'four'])
  })

  it('are brought together by a resolver that sees what they were asked, the base and both sides', async () => {
    const folder = repositoryWith({ ...FILES, 'p.yml': merge(', on_conflict: agent, resolver: resolver') })
    const { report } = await runFor(0, folder, ['p.yml', '--run-id', 'r'])
    const whole = report.steps.find(({ id }) => id === 'whole')
    const commit = whole?.commit ?? ''
    expect(treeOf(folder, commit)).toMatchObject({ ...own, 'shared.txt': 'top by one\n-\n-\nmiddle by one\nmiddle by two\n-\n-\nbottom by two\n' })
    expect(git(folder, 'ls-tree', '-r', '--name-only', commit)).not.toContain('.orch-merge')
    const [first, second] = ['asked-0.txt', 'asked-1.txt'].map((name) => git(folder, 'show', `${commit}:${name}`))
    expect(first).toContain('## Step `one`\n\nIt was asked:\n\n> shared one\n\nIn the end it said:\n\n> did shared\n')
    expect(first).toContain('- `one` and `two` contradict each other in `shared.txt` (medium: the same lines, 4 against 4)')
    expect(second).toContain('- `three` and `four` contradict each other in `old.txt` (high: deleted by one and changed by the other)')
    expect(git(folder, 'show', '-s', '--format=%(trailers:key=Orch-Agent,valueonly)', commit).trim()).toBe('resolver')
    const events = readFileSync(join(folder, '.orch-run/runs/r/journal.ndjson'), 'utf8').split('\n').filter((line) => line.includes('"changes-merged"')).map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(events.map(({ node, outcome, resolver, commit: made }) => ({ node, outcome, resolver, made }))).toEqual([{ node: 'whole', outcome: 'resolved', resolver: 'resolver', made: commit }])
  })
})

describe('a resolver', () => {
  const two = (steps: string, script: string): Record<string, string> => ({
    'a.txt': '1\n', 'resolver.sh': script, 'p.yml': `
agents: { resolver: { executor: command, command: [bash, resolver.sh], sandbox: off } }
checks: { both: { run: 'grep -qx both a.txt' } }
steps:
  one: { workspace: worktree, run: 'echo one > a.txt' }
  two: { workspace: worktree, run: 'echo two > a.txt; echo x > x.txt' }
${steps}`,
  })

  it('is sent back while markers are left or checks fail, and the step fails when its repairs are used up', async () => {
    const whole = (repair: number): string => `  whole: { merge: [one, two], on_conflict: agent, resolver: resolver, verify: both, repair: ${repair} }\n`
    const script = 'input=$(cat)\ncase "$input" in\n  *"markers are left"*) echo neither > a.txt ;;\n  *"does not pass"*) echo both > a.txt ;;\n  *) echo started ;;\nesac\n'
    const good = repositoryWith(two(whole(2), script))
    const { report } = await runFor(0, good, ['p.yml'])
    expect(report.steps.find(({ id }) => id === 'whole')?.checks.map(({ status }) => status)).toEqual(['passed'])
    expect(git(good, 'show', `${report.steps[2]?.commit ?? ''}:a.txt`)).toBe('both\n')
    const bad = await runFor(1, repositoryWith(two(whole(0), script)), ['p.yml'])
    expect(failures(bad.report).whole).toMatch(/^merge-conflict: the resolver `resolver` left contradictions in `a\.txt`; each side is kept: `one` in [0-9a-f]{12}, `two` in [0-9a-f]{12}$/)
  })

  it('may change no protected path', async () => {
    const folder = repositoryWith(two('  whole: { merge: [one, two], on_conflict: agent, resolver: resolver }\n', 'echo both > a.txt; mkdir -p .github/workflows; echo x > .github/workflows/ci.yml\n'))
    const { report } = await runFor(7, folder, ['p.yml'])
    expect(failures(report).whole).toContain('protected-path: the agent changed what it may not: `.github/workflows/ci.yml`')
  })

  it('works once where several steps see the same changes without a merge between', async () => {
    const files = two(`  see: { needs: [one, two], run: 'cat a.txt x.txt' }\n  more: { needs: [one, two, see], run: 'grep -x both a.txt' }\n`, 'echo both > a.txt; echo asked >> "$HOME/asked"\n')
    const folder = repositoryWith({ ...files, 'p.yml': `workspace: { on_conflict: agent, resolver: resolver }\n${files['p.yml']}` })
    const { report } = await runFor(0, folder, ['p.yml'])
    expect(statuses(report)).toEqual({ one: 'passed', two: 'passed', see: 'passed', more: 'passed' })
    expect(readFileSync(join(folder, 'asked'), 'utf8')).toBe('asked\n')
  })
})

describe('a merge', () => {
  it('takes every cell of a matrix, what a called pipeline carries, what skipped steps see, and one side as it is', async () => {
    const folder = repositoryWith({
      'base.txt': 'b\n', 'child.yml': 'steps:\n  x: { workspace: worktree, run: "echo x > x.txt" }\n  y: { workspace: worktree, run: "echo y > y.txt" }\n', 'p.yml': `
steps:
  cells: { matrix: { n: [1, 2, 3] }, workspace: worktree, run: 'echo \${{ matrix.n }} > "cell-\${{ matrix.n }}.txt"' }
  called: { pipeline: ./child.yml }
  idle: { workspace: worktree, run: 'true' }
  left-out: { needs: cells, if: 'false', run: 'true' }
  whole: { merge: [cells, called, idle, left-out] }
  alone: { merge: called }
  one: { merge: left-out }
  nothing: { merge: idle }
` })
    const { report } = await runFor(0, folder, ['p.yml'])
    const commitOf = (id: string): string | null => report.steps.find((step) => step.id === id)?.commit ?? null
    const names = (id: string): string[] => git(folder, 'ls-tree', '-r', '--name-only', commitOf(id) ?? '').trim().split('\n').filter((name) => name.endsWith('.txt'))
    expect(names('whole')).toEqual(['base.txt', 'cell-1.txt', 'cell-2.txt', 'cell-3.txt', 'x.txt', 'y.txt'])
    expect(names('alone')).toEqual(['base.txt', 'x.txt', 'y.txt'])
    expect(names('one')).toEqual(['base.txt', 'cell-1.txt', 'cell-2.txt', 'cell-3.txt'])
    expect(commitOf('nothing')).toBe(null)
  })
})
