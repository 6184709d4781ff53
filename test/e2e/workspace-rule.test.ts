import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { everything } from '../rig/checkout.ts'
import { pipeAt } from '../rig/processes.ts'
import { folderWith, git, orchRun, removeFolders, repositoryWith } from '../rig/program.ts'
import { failures, outputsOf, runFor, statuses } from '../rig/report.ts'

afterAll(removeFolders)

const SEE = 'echo "v=$(ls | grep -v p.yml | tr "\\n" " ")$(cat *.txt | tr "\\n" " ")" >> "$ORCH_OUTPUT"'

describe('a step', () => {
  it('sees the base and the changes of all that it needs, however indirectly, and nothing else', async () => {
    const folder = repositoryWith({ 'base.txt': 'base\n', 'p.yml': `
limits: { concurrency: 4 }
steps:
  a: { workspace: worktree, run: 'echo a > a.txt' }
  b: { workspace: worktree, run: 'echo b > b.txt; rm base.txt' }
  sees-a: { needs: a, run: '${SEE}' }
  passes-on: { needs: a, run: 'true' }
  sees-a-through: { needs: passes-on, run: '${SEE}' }
  adds: { needs: a, run: 'echo c > c.txt' }
  sees-added: { needs: adds, run: '${SEE}' }
  sees-both: { needs: [b, adds], run: '${SEE}' }
  sees-none: { run: '${SEE}' }
  fails: { needs: a, continue_on_error: true, run: 'echo d > d.txt; exit 1' }
  after-failure: { needs: fails, run: '${SEE}' }
  nothing-changed: { needs: a, workspace: worktree, run: 'touch a.txt' }
` })
    const before = everything(folder)
    const { report } = await runFor(0, folder, ['p.yml', '--run-id', 'r1'])
    expect(outputsOf(report)).toMatchObject({
      'sees-a': { v: 'a.txt base.txt a base ' }, 'sees-a-through': { v: 'a.txt base.txt a base ' }, 'sees-added': { v: 'a.txt base.txt c.txt a base c ' },
      'sees-both': { v: 'a.txt b.txt c.txt a b c ' }, 'sees-none': { v: 'base.txt base ' }, 'after-failure': { v: 'a.txt base.txt a base ' },
    })
    expect(Object.fromEntries(report.steps.map(({ id, files_changed, commit }) => [id, commit === null ? null : files_changed]))).toEqual({
      a: ['a.txt'], b: ['b.txt', 'base.txt'], 'sees-a': null, 'passes-on': null, 'sees-a-through': null, adds: ['c.txt'], 'sees-added': null,
      'sees-both': null, 'sees-none': null, fails: null, 'after-failure': null, 'nothing-changed': null,
    })
    const adds = report.steps.find(({ id }) => id === 'adds')?.commit ?? ''
    expect(git(folder, 'show', '-s', '--format=%s|%(trailers:only,unfold,separator=%x2C)', adds).trim()).toBe('orch-run: adds|Orch-Pipeline: p,Orch-Run: r1,Orch-Step: adds')
    expect(everything(folder)).toEqual(before)
    expect(git(folder, 'worktree', 'list').trim().split('\n')).toHaveLength(1)
  })

  it('is given the changes merged in the order of its needs; a conflict is told with the names of the files', async () => {
    const folder = repositoryWith({ 'same.txt': '1\n2\n3\n4\n5\n', 'other file.txt': 'x\n', 'p.yml': `
steps:
  top: { workspace: worktree, run: 'sed -i "s/1/one/" same.txt' }
  bottom: { workspace: worktree, run: 'sed -i "s/5/five/" same.txt' }
  both: { needs: [bottom, top], run: '${SEE}' }
  clash: { workspace: worktree, run: 'sed -i "s/1/uno/" same.txt; echo y > "other file.txt"' }
  clash-more: { needs: top, run: 'echo z > "other file.txt"' }
  fails: { needs: [clash-more, clash], run: '${SEE}', retry: { attempts: 3, backoff: 1ms } }
` })
    const { report } = await runFor(1, folder, ['p.yml'])
    expect(outputsOf(report).both).toEqual({ v: 'other file.txt same.txt x one 2 3 4 five ' })
    expect(statuses(report)).toMatchObject({ both: 'passed', fails: 'failed' })
    expect(failures(report).fails).toMatch(/^merge-conflict: .*`other file\.txt`.*`same\.txt`/)
    expect(report.steps.find(({ id }) => id === 'fails')?.attempts).toHaveLength(1)
  })
})

describe('a worktree', () => {
  it('is set up once it is fresh, shares links and copies of ignored paths, which are never part of a change', async () => {
    const folder = repositoryWith({ '.gitignore': 'deps\n.env\nbuilt\nsub\n', 'a.txt': 'a\n', 'p.yml': `
workspace: { setup: 'echo set-up > built; echo "$PWD" > /dev/null', link: [deps, missing], copy: [.env, sub] }
steps:
  change:
    workspace: worktree
    run: |
      echo "v=$(cat built deps/lib .env sub/deep/x) $(readlink deps)" | tr '\\n' ' ' >> "$ORCH_OUTPUT"
      echo changed > .env; echo more > sub/deep/y; echo b > b.txt
  below: { needs: change, run: 'echo "v=$(cat built deps/lib .env b.txt | tr "\\n" " ")$(ls sub/deep | xargs)" >> "$ORCH_OUTPUT"' }
` })
    mkdirSync(join(folder, 'deps'))
    mkdirSync(join(folder, 'sub/deep'), { recursive: true })
    writeFileSync(join(folder, 'deps/lib'), 'lib\n')
    writeFileSync(join(folder, '.env'), 'secret=1\n')
    writeFileSync(join(folder, 'sub/deep/x'), 'x\n')
    symlinkSync('x', join(folder, 'sub/deep/link'))
    const before = everything(folder)
    const { report } = await runFor(0, folder, ['p.yml'])
    expect(outputsOf(report)).toEqual({
      change: { v: `set-up lib secret=1 x ${join(folder, 'deps')} ` }, below: { v: 'set-up lib secret=1 b link x' },
    })
    expect(report.steps.map(({ files_changed }) => files_changed)).toEqual([['b.txt'], []])
    expect(everything(folder)).toEqual(before)
  })

  it('whose setup fails fails its step, with the setup\'s output in the log', async () => {
    const folder = repositoryWith({ 'p.yml': 'workspace: { setup: "echo told >&2; exit 7" }\nsteps:\n  a: { workspace: worktree, run: touch never }\n' })
    const { report, ended } = await runFor(1, folder, ['p.yml'])
    expect(failures(report)).toEqual({ a: 'setup-failed: `workspace.setup` exited with code 7' })
    expect(ended.stderr).toContain('a | told\n')
  })

  it('is laid from a ref, or from the working tree with what is not committed', async () => {
    const text = (base: string): string => `workspace: { base: ${base} }\nsteps:\n  a: { workspace: worktree, run: '${SEE}' }\n  b: { needs: a, workspace: worktree, run: 'echo n > n.txt' }\n`
    const folder = repositoryWith({ 'a.txt': 'one\n', '.gitignore': 'ignored.txt\n*.yml\n' })
    for (const [name, base] of [['head', 'HEAD'], ['ref', 'old'], ['tree', 'working-tree']] as const) writeFileSync(join(folder, `${name}.yml`), text(base))
    git(folder, 'tag', 'old')
    writeFileSync(join(folder, 'a.txt'), 'two\n')
    git(folder, 'commit', '-qam', 'second')
    writeFileSync(join(folder, 'a.txt'), 'three\n')
    writeFileSync(join(folder, 'new.txt'), 'new\n')
    writeFileSync(join(folder, 'ignored.txt'), 'ignored\n')
    writeFileSync(join(folder, 'staged.txt'), 'staged\n')
    git(folder, 'add', 'staged.txt')
    const before = everything(folder)
    const seen = async (...args: string[]): Promise<unknown> => {
      const { report } = await runFor(0, folder, [...args])
      return [outputsOf(report).a, report.git.dirty, report.steps[1]?.files_changed]
    }
    expect(await seen('head.yml')).toEqual([{ v: 'a.txt two ' }, true, ['n.txt']])
    expect(await seen('ref.yml')).toEqual([{ v: 'a.txt one ' }, expect.any(Boolean), ['n.txt']])
    expect(await seen('head.yml', '--base', 'old')).toEqual([{ v: 'a.txt one ' }, expect.any(Boolean), ['n.txt']])
    expect(await seen('tree.yml')).toEqual([{ v: 'a.txt new.txt staged.txt three new staged ' }, expect.any(Boolean), ['n.txt']])
    const missing = await orchRun({ cwd: folder, args: ['head.yml', '--base', 'no-such-ref'] })
    expect([missing.code, missing.stdout]).toEqual([4, ''])
    expect(missing.stderr).toContain('no-such-ref')
    expect(everything(folder)).toEqual(before)
  })

  it('has the program\'s own folder below its top where that was started', async () => {
    const folder = repositoryWith({ 'top.txt': 't\n', 'pkg/in.txt': 'i\n', 'pkg/p.yml': `
steps:
  change: { workspace: worktree, run: 'echo "v=$(basename "$PWD") $(ls ..)" | tr "\\n" " " >> "$ORCH_OUTPUT"; echo x > x.txt; echo y > ../y.txt' }
  look: { needs: change, run: 'echo "v=$(cat in.txt x.txt ../y.txt | tr "\\n" " ")" >> "$ORCH_OUTPUT"' }
` })
    const { report } = await runFor(0, join(folder, 'pkg'), ['p.yml'])
    expect(outputsOf(report)).toEqual({ change: { v: 'pkg pkg top.txt ' }, look: { v: 'i x y ' } })
    expect(report.steps[0]?.files_changed).toEqual(['pkg/x.txt', 'y.txt'])
    expect(git(folder, 'status', '--porcelain')).toBe('')
  })

  it('is refused before the first step where there is no repository or no commit', async () => {
    const text = 'steps:\n  first: { run: touch ran }\n  a: { workspace: worktree, run: "true" }\n'
    const plain = folderWith({ 'p.yml': text })
    const unborn = folderWith({ 'p.yml': text })
    execFileSync('git', ['init', '-q', unborn])
    for (const folder of [plain, unborn]) {
      const ended = await orchRun({ cwd: folder, args: ['p.yml'] })
      expect([ended.code, ended.stdout, existsSync(join(folder, 'ran'))]).toEqual([4, '', false])
      expect(ended.stderr).toMatch(/^error: .*, and a step works in a worktree\n/)
    }
  })
})

describe('two runs in one repository at once', () => {
  it('do not disturb each other', async () => {
    const folder = repositoryWith({ 'a.txt': 'a\n', 'p.yml': `
inputs: { name: { type: string } }
steps:
  change: { workspace: worktree, run: 'echo "\${{ inputs.name }}" > a.txt; echo > "$READY"; read x < "$GO"; echo "$x" >> a.txt' }
  look: { needs: change, run: 'echo "v=$(tr "\\n" " " < a.txt)" >> "$ORCH_OUTPUT"' }
` })
    const before = everything(folder)
    const pipes = folderWith({})
    const start = (name: string): { ready: ReturnType<typeof pipeAt>; go: ReturnType<typeof pipeAt>; done: ReturnType<typeof runFor> } => {
      const ready = pipeAt(join(pipes, `${name}.ready`))
      const go = pipeAt(join(pipes, `${name}.go`))
      return { ready, go, done: runFor(0, folder, ['p.yml', '-i', `name=${name}`], { env: { READY: ready.path, GO: go.path } }) }
    }
    const runs = ['x', 'y'].map(start)
    await Promise.all(runs.map(({ ready }) => ready.said()))
    expect(readdirSync(join(folder, '.orch-run/worktrees'))).toHaveLength(2)
    for (const [index, { go }] of runs.entries()) go.tell(`${['x', 'y'][index] ?? ''} goes on\n`)
    const reports = await Promise.all(runs.map(async ({ done }) => (await done).report))
    expect(reports.map((report) => outputsOf(report).look)).toEqual([{ v: 'x x goes on ' }, { v: 'y y goes on ' }])
    expect(everything(folder)).toEqual(before)
    expect(readdirSync(join(folder, '.orch-run/worktrees'))).toEqual([])
  })
})
