import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { folderWith, git, orchRun, removeFolders, repositoryWith } from '../rig/program.ts'
import { outputsOf, runFor, statuses } from '../rig/report.ts'
import type { Report } from '../rig/report.ts'

afterEach(removeFolders)

const cachedSteps = (report: Report): string[] => report.steps.filter(({ cached }) => cached).map(({ id }) => id)

/** Runs it and tells which steps were taken from the cache. */
async function reused(folder: string, ...args: string[]): Promise<string[]> {
  return cachedSteps((await runFor(0, folder, ['p.yml', ...args])).report)
}

const linesOf = (folder: string, name: string): number => readFileSync(join(folder, name), 'utf8').split('\n').length - 1

const PIPELINE = `inputs: { word: { type: string, default: w } }
steps:
  build: { run: 'cat src.txt > built.txt; echo x >> build.log; echo "v=\${{ inputs.word }}" >> "$ORCH_OUTPUT"', cache: true }
  test: { needs: build, run: 'test "\${{ steps.build.outputs.v }}" = w; echo x >> test.log', cache: true }
  other: { needs: test, run: 'echo x >> other.log' }
`

describe('cache', () => {
  for (const [place, make] of [['a repository', repositoryWith], ['a plain folder', folderWith]] as const) {
    it(`in ${place} takes over what an equal step gave in another run, though steps left files behind`, async () => {
      const folder = make({ 'p.yml': PIPELINE, 'src.txt': 'one\n' })
      const first = await runFor(0, folder, ['p.yml', '--run-id', 'r1'])
      const { report } = await runFor(0, folder, ['p.yml', '--run-id', 'r2'])
      expect(cachedSteps(report)).toEqual(['build', 'test'])
      expect([linesOf(folder, 'build.log'), linesOf(folder, 'test.log'), linesOf(folder, 'other.log')]).toEqual([1, 1, 2])
      expect(report.steps[0]).toMatchObject({ status: 'passed', attempts: [], exit_code: 0, reused: { source: 'cache', run: 'r1' } })
      expect(outputsOf(report)).toEqual(outputsOf(first.report))
      expect(readFileSync(join(folder, '.orch-run/runs/r2/journal.ndjson'), 'utf8')).toContain('"type":"node-reused","node":"build"')
      expect(await reused(folder)).toEqual(['build', 'test'])
    })

    it(`in ${place} runs a step again when a file, an input, its own text or that of a needed one changes`, async () => {
      const folder = make({ 'p.yml': PIPELINE.replace('test "${{ steps.build.outputs.v }}" = w; ', '').replace('echo x >> build.log; ', ''), 'src.txt': 'one\n' })
      const text = readFileSync(join(folder, 'p.yml'), 'utf8')
      expect(await reused(folder)).toEqual([])
      writeFileSync(join(folder, 'src.txt'), 'two\n')
      expect(await reused(folder)).toEqual([])
      expect(await reused(folder)).toEqual(['build', 'test'])
      writeFileSync(join(folder, 'new.txt'), 'new\n')
      expect(await reused(folder)).toEqual([])
      rmSync(join(folder, 'new.txt'))
      expect(await reused(folder)).toEqual(['build', 'test'])
      expect(await reused(folder, '-i', 'word=z')).toEqual([])
      writeFileSync(join(folder, 'p.yml'), text.replace('echo x >> test.log', 'echo y >> test.log'))
      expect(await reused(folder)).toEqual(['build'])
      writeFileSync(join(folder, 'p.yml'), text.replace('cat src.txt', 'cat  src.txt'))
      expect(await reused(folder)).toEqual([])
      writeFileSync(join(folder, 'p.yml'), `# a remark\n${text}`)
      expect(await reused(folder)).toEqual(['build', 'test'])
    })
  }

  it('runs a step again when what it left in the checkout is gone, unless `paths` name it: then it is written again', async () => {
    const folder = repositoryWith({ '.gitignore': 'out\n', 'p.yml': `steps:
  plain: { run: 'echo x >> plain.txt', cache: true }
  kept: { needs: plain, run: 'mkdir -p out/deep; echo made > out/deep/file; ln -s deep/file out/link; chmod +x out/deep/file; echo x >> "$HOME/.orch-run/kept.log"', cache: { key: v1, paths: [out] } }
` })
    await reused(folder)
    rmSync(join(folder, 'plain.txt'))
    rmSync(join(folder, 'out'), { recursive: true })
    expect(await reused(folder)).toEqual(['kept'])
    expect([readFileSync(join(folder, 'out/link'), 'utf8'), readdirSync(join(folder, 'out')), linesOf(folder, '.orch-run/kept.log')]).toEqual(['made\n', ['deep', 'link'], 1])
    writeFileSync(join(folder, 'out/deep/file'), 'spoilt\n')
    expect([await reused(folder), readFileSync(join(folder, 'out/deep/file'), 'utf8')]).toEqual([['plain', 'kept'], 'made\n'])
    writeFileSync(join(folder, 'p.yml'), readFileSync(join(folder, 'p.yml'), 'utf8').replace('v1', 'v2').replace('ln -s', 'ln -sf'))
    expect(await reused(folder)).toEqual(['plain'])
  })

  it('believes neither a spoilt entry nor a spoilt file of the cache', async () => {
    const folder = folderWith({ 'p.yml': `steps:\n  a: { run: 'mkdir -p out; echo made > out/file; echo v=1 >> "$ORCH_OUTPUT"', cache: { paths: [out] } }\n` })
    await reused(folder)
    const files = join(folder, '.orch-run/cache/files')
    const content = readdirSync(files, { recursive: true, encoding: 'utf8' }).find((path) => path.length > 60) ?? ''
    writeFileSync(join(files, content), 'evil\n')
    rmSync(join(folder, 'out'), { recursive: true })
    expect([await reused(folder), readFileSync(join(folder, 'out/file'), 'utf8')]).toEqual([[], 'made\n'])
    expect(await reused(folder)).toEqual(['a'])
    const entries = join(folder, '.orch-run/cache/entries.ndjson')
    writeFileSync(entries, readFileSync(entries, 'utf8').replaceAll('"v":"1"', '"v":"2"'))
    const { report } = await runFor(0, folder, ['p.yml'])
    expect([cachedSteps(report), outputsOf(report)]).toEqual([[], { a: { v: '1' } }])
  })

  it('keeps nothing of a step that failed', async () => {
    const folder = folderWith({ 'p.yml': `steps:\n  a: { run: 'echo x >> log; test "$(wc -l < log)" = 3', cache: true }\n` })
    expect((await orchRun({ cwd: folder, args: ['p.yml'] })).code).toBe(1)
    expect((await orchRun({ cwd: folder, args: ['p.yml'] })).code).toBe(1)
    expect(await reused(folder)).toEqual([])
    expect([await reused(folder), linesOf(folder, 'log')]).toEqual([['a'], 3])
  })

  it('with `--no-cache` takes nothing, and puts there what it gets', async () => {
    const folder = folderWith({ 'p.yml': `steps:\n  a: { run: 'echo "v=$(date +%s%N)" >> "$ORCH_OUTPUT"', cache: true }\n` })
    const first = outputsOf((await runFor(0, folder, ['p.yml'])).report)
    const second = await runFor(0, folder, ['p.yml', '--no-cache'])
    expect(cachedSteps(second.report)).toEqual([])
    expect(outputsOf(second.report)).not.toEqual(first)
    expect(outputsOf((await runFor(0, folder, ['p.yml'])).report)).toEqual(outputsOf(second.report))
  })

  it('gives a step in a worktree its commit again, on what it sees in this run, and checks their verdicts', async () => {
    const folder = repositoryWith({ 'a.txt': 'one\n', '.gitignore': 'count\n', 'p.yml': `
agents: { bot: { executor: command, command: [bash, -c, 'echo x >> "$COUNT"; echo agent > agent.txt'], permissions: full, sandbox: off, env: { COUNT: "\${{ secrets.COUNT }}" } } }
checks: { same: { run: 'grep -q one a.txt' } }
steps:
  make: { workspace: worktree, run: 'cp a.txt b.txt', cache: true }
  judge: { needs: make, check: same, cache: true }
  plain: { agent: bot, prompt: Work. }
  work: { agent: bot, prompt: Work., cache: true }
  look: { needs: [make, work], run: 'echo "v=$(cat b.txt agent.txt | tr "\\n" " ")" >> "$ORCH_OUTPUT"' }
` })
    const env = { COUNT: join(folder, 'count') }
    await runFor(0, folder, ['p.yml'], { env })
    git(folder, 'commit', '-q', '--allow-empty', '-m', 'second')
    const { report } = await runFor(0, folder, ['p.yml', '--run-id', 'r2'], { env })
    expect([cachedSteps(report), outputsOf(report).look]).toEqual([['make', 'judge', 'work'], { v: 'one agent ' }])
    expect(linesOf(folder, 'count')).toBe(3)
    const [make, judge] = report.steps
    expect(git(folder, 'rev-parse', `${make?.commit ?? ''}^`, 'refs/orch-run/r2/make^{commit}').split('\n')).toEqual([report.git.base, make?.commit, ''])
    expect(git(folder, 'show', '--format=%b', '-s', make?.commit ?? '')).toContain('Orch-Run: r2')
    expect(judge?.checks).toMatchObject([{ name: 'same', status: 'passed' }])
  })

  it('knows the variables of an agent that was chosen, and names it as the author again', async () => {
    const folder = repositoryWith({ 'a.txt': 'one\n', 'p.yml': `
agents: { bot: { executor: command, command: [bash, -c, 'echo "\${#WORD}" > agent.txt'], permissions: full, sandbox: off, capabilities: [code], env: { WORD: "\${{ secrets.WORD }}" } } }
steps: { work: { agent: auto, capabilities: [code], prompt: Work., cache: true } }
` })
    const run = async (word: string): Promise<Report> => (await runFor(0, folder, ['p.yml'], { env: { WORD: word } })).report
    await run('first-word')
    const again = await run('first-word')
    expect(cachedSteps(again)).toEqual(['work'])
    expect(git(folder, 'show', '--format=%b', '-s', again.steps[0]?.commit ?? '')).toContain('Orch-Agent: bot')
    expect(cachedSteps(await run('another-word'))).toEqual([])
  })

  it('counts what an expression comes to, not the commit or the run that it stands in', async () => {
    const folder = folderWith({ 'p.yml': `steps:
  same: { run: 'true', cache: true }
  differs: { env: { RUN: "\${{ run.id }}" }, run: 'true', cache: true }
  secret: { env: { T: "\${{ secrets.TOKEN }}" }, run: 'echo "v=$T" >> "$ORCH_OUTPUT"', cache: true }
` })
    await runFor(0, folder, ['p.yml'], { env: { TOKEN: 'canary-123456' } })
    expect(cachedSteps((await runFor(0, folder, ['p.yml'], { env: { TOKEN: 'canary-123456' } })).report)).toEqual(['same', 'secret'])
    expect(cachedSteps((await runFor(0, folder, ['p.yml'], { env: { TOKEN: 'canary-654321' } })).report)).toEqual(['same'])
    expect(readFileSync(join(folder, '.orch-run/cache/entries.ndjson'), 'utf8')).not.toContain('canary')
  })

  it('is used in called pipelines, and by a resume', async () => {
    const folder = folderWith({
      'p.yml': 'steps:\n  sub: { pipeline: sub.yml }\n  last: { needs: sub, run: "test -e .orch-run/go" }\n', 'sub.yml': `steps:\n  in: { run: 'echo x >> in.log', cache: true }\n`,
    })
    await runFor(1, folder, ['p.yml', '--run-id', 'r1'])
    writeFileSync(join(folder, '.orch-run/go'), '')
    await runFor(0, folder, ['resume', 'r1'])
    const { report } = await runFor(0, folder, ['p.yml'])
    expect([statuses(report), cachedSteps(report)]).toEqual([{ sub: 'passed', 'sub/in': 'passed', last: 'passed' }, ['sub/in']])
  })

  it('is no folder at all where no step wants it', async () => {
    const folder = folderWith({ 'p.yml': 'steps: { a: { run: "true" } }\n' })
    await reused(folder)
    expect(existsSync(join(folder, '.orch-run/cache'))).toBe(false)
  })
})
