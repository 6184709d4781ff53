import { readFileSync, readdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readDocument, yamlBlocks } from '../golden/blocks.ts'
import { asGitlabProject, gitlabJob } from '../rig/gitlab.ts'
import { packageInstalled } from '../rig/package.ts'
import { git, removeFolders, repositoryWith } from '../rig/program.ts'

afterAll(removeFolders)

const recipe = yamlBlocks('docs/ci.md', readDocument('docs/ci.md')).find(({ text }) => text.startsWith('fix:\n  image:'))?.text ?? ''

let installed = ''

beforeAll(() => {
  installed = packageInstalled()
}, 120_000)

/** Below the package that `npx` finds, so that the recipe's own command works without a network. */
function project(name: string, pipeline: string): string {
  const made = repositoryWith({ '.gitlab-ci.yml': recipe, 'pipelines/fix.yml': pipeline })
  const folder = join(installed, name)
  renameSync(made, folder)
  asGitlabProject(folder)
  return folder
}

function below(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()
}

describe('the recipe for GitLab, run by a runner of GitLab pipelines', () => {
  it('passes with its reports as artifacts, and keeps the state for a later job', { timeout: 120_000 }, () => {
    const folder = project('passes', 'steps:\n  say: { run: echo "of $CI_JOB_NAME" }\n')
    const job = gitlabJob(folder, 'fix')
    expect([job.code, job.said]).toEqual([0, expect.stringMatching(/fix > say: passed/)])
    expect(readFileSync(join(job.artifacts, 'report.html'), 'utf8')).toMatch(/^<!doctype html>/i)
    const [run = ''] = readdirSync(join(job.artifacts, '.orch-run/runs'))
    const report = JSON.parse(readFileSync(join(job.artifacts, '.orch-run/runs', run, 'report.json'), 'utf8')) as { run: object; git: object; steps: { outputs: object }[] }
    expect(report.run).toMatchObject({ id: run, status: 'passed', exit_code: 0, file: 'pipelines/fix.yml' })
    expect(report.git).toEqual({ base: git(folder, 'rev-parse', 'HEAD').trim(), head: null, dirty: false })
    expect(readFileSync(join(job.artifacts, '.orch-run/runs', run, 'steps/say/1/stdout.log'), 'utf8')).toBe('of fix\n')
    expect(below(job.caches)).toContain(`orch-run-${git(folder, 'rev-parse', 'HEAD').trim()}/.orch-run/runs/${run}/journal.ndjson`)
    expect(git(folder, 'status', '--porcelain')).toBe('')
  })

  it('fails with the exit code that says who acts; another job of the commit goes on with what the cache kept', { timeout: 120_000 }, () => {
    const folder = project('goes-on', 'steps:\n  first: { run: echo done }\n  second: { run: echo too }\n  ask:\n    needs: [first, second]\n    run: test "${READY:-no}" = yes\n')
    const stopped = gitlabJob(folder, 'fix')
    expect(stopped.code).toBe(1)
    expect(stopped.said).toMatch(/^.*FAIL.* fix$/m)
    expect(readFileSync(join(stopped.artifacts, 'report.xml'), 'utf8')).toContain('<failure type="exit-code" message="the script exited with code 1">')

    const job = gitlabJob(folder, 'fix-goes-on', { READY: 'yes' })
    expect(job.code).toBe(0)
    expect(job.said).toMatch(/resumed, 2 nodes kept\n.* > ask: started, attempt 2\n.* > ask: passed/)
    expect(readFileSync(join(job.artifacts, 'report.xml'), 'utf8')).toMatch(/<testsuites name="fix" [^>]*tests="3" failures="0">/)
  })
})
