import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { PROGRAM, folderWith, git, holdsSecrets, removeFolders, smallEnv } from '../rig/program.ts'
import type { Report } from '../rig/report.ts'

afterAll(removeFolders)

const ROOT = join(import.meta.dirname, '../..')

/** Commands that have no network, where one may make such a place. */
function offline(): string[] {
  return spawnSync('unshare', ['-n', 'true']).status === 0 ? ['unshare', '-n'] : []
}

describe('the quickstart', () => {
  it('ends passed in a clone of this repository, without key and network: a commit, three checks, a repair round', ({ skip }) => {
    if (!existsSync(join(ROOT, '.git'))) skip('this is no clone')
    const folder = folderWith({})
    const clone = join(folder, 'clone')
    execFileSync('git', ['-c', 'safe.directory=*', 'clone', '-q', ROOT, clone], { stdio: 'ignore' })
    // The tests themselves are in it.
    holdsSecrets(folder)
    symlinkSync(join(ROOT, 'node_modules'), join(clone, 'node_modules'))
    const [program, ...args] = [...offline(), process.execPath, PROGRAM, 'examples/quickstart/pipeline.yml', '--json']
    const ended = spawnSync(program, args, { cwd: clone, env: smallEnv(clone), encoding: 'utf8' })
    expect(ended.status, ended.stderr).toBe(0)
    const report = JSON.parse(ended.stdout) as Report
    const fix = report.steps.find(({ id }) => id === 'fix')
    expect(report.run.status).toBe('passed')
    expect(fix?.checks.map(({ name, status }) => [name, status])).toEqual([['types', 'passed'], ['lint', 'passed'], ['tests', 'passed']])
    expect(fix?.files_changed).toEqual(['examples/quickstart/src/invoice.ts'])
    expect(report.run.outputs.commit).toBe(fix?.commit)
    expect(git(clone, 'cat-file', '-t', fix?.commit ?? '')).toBe('commit\n')
    expect(ended.stderr).toMatch(/^fix: check tests failed in /m)
    expect(ended.stderr).toMatch(/^fix: check tests passed in .* after repair 1$/m)
    expect(git(clone, 'status', '--porcelain').split('\n').filter((line) => !line.includes('node_modules'))).toEqual([''])
  })
})
