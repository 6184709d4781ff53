import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { actionFolder, runJob, startCache } from '../rig/actions.ts'
import { startGithub } from '../rig/github.ts'
import { folderWith, git, removeFolders, repositoryWith } from '../rig/program.ts'
import { SCENE_ENV, sceneOf } from '../rig/scene.ts'

let action = ''

beforeAll(() => {
  action = actionFolder()
})

afterAll(removeFolders)

const PUSH = { repository: { full_name: 'o/r' }, ref: 'refs/heads/main' }
const OFF = { resume: 'off', comment: 'off' }

const PIPELINE = `
agents: { bot: { executor: command, command: [bash, -c, 'echo better > a.txt'] } }
checks: { lint: { run: 'echo "a.txt(1,2): error TS1: <b>no</b>"; exit 1', report: tsc }, good: { run: grep -q better a.txt } }
inputs: { say: { type: string, default: hello }, fail: { type: boolean, default: false } }
steps:
  greet: { run: 'echo "$SAY"; echo "::error::from a step"; echo "::set-output name=status::owned"; echo "text<<EOF" >> "$ORCH_OUTPUT"; printf "a\\nstatus=owned\\nEOF\\n" >> "$ORCH_OUTPUT"', env: { SAY: "\${{ inputs.say }}" } }
  fix: { agent: bot, prompt: Work., verify: good }
  ship: { needs: fix, deliver: { branch: "fixed-\${{ run.id }}" } }
  prove: { check: lint, if: "\${{ inputs.fail }}" }
`

describe('the action', () => {
  it('tells of a run that passed: outputs, summary, masks', async () => {
    const folder = repositoryWith({ 'p.yml': PIPELINE, 'a.txt': 'bad\n' })
    const ended = await runJob(action, folder, { event: 'push', payload: PUSH, with: { ...OFF, pipeline: 'p.yml', inputs: 'say: "hi: there"', args: "--concurrency 1 --report 'markdown=out/my report.md'", 'github-token': 'canary-token-of-the-job' }, env: { SOME_API_KEY: 'canary-key-of-somebody' } })
    expect(ended.code, ended.log).toBe(0)
    const [ship] = git(folder, 'branch', '--list', 'fixed-*').trim().split('\n')
    expect(ended.outputs).toEqual({
      status: 'passed', 'run-id': expect.stringMatching(/^\d{8}-/) as string, report: join(folder, '.orch-run/runs', ended.outputs['run-id'] ?? '', 'report.json'), 'cost-usd': '0',
      commit: git(folder, 'rev-parse', ship?.trim() ?? '').trim(), branch: ship?.trim(), 'pull-request': '',
    })
    expect(existsSync(ended.outputs.report ?? '')).toBe(true)
    expect(ended.summary).toMatch(/^## p: passed\n/)
    expect(existsSync(join(folder, 'out/my report.md'))).toBe(true)
    expect(ended.masks).toEqual(expect.arrayContaining(['canary-token-of-the-job', 'canary-key-of-somebody']))
    expect(ended.log).toContain('hi: there')
    // What a step prints commands the runner nothing.
    expect(ended.log).not.toMatch(/^::(error|set-output)/m)
  })

  it('shows the findings of failed checks at their lines, and exits as the program does', async () => {
    const folder = repositoryWith({ 'p.yml': PIPELINE, 'a.txt': 'bad\n' })
    const job = { event: 'push', payload: PUSH, with: { ...OFF, pipeline: 'p.yml', inputs: '{"fail": true}' } }
    const ended = await runJob(action, folder, job)
    expect([ended.code, ended.outputs.status]).toEqual([1, 'failed'])
    expect(ended.log).toMatch(/^::error title=lint \(prove\),file=a\.txt,line=1,col=2::<b>no<\/b> \(TS1\)$/m)
    expect(ended.summary).toContain('What needs attention')
    const quiet = await runJob(action, folder, { ...job, with: { ...job.with, annotations: 'false' } })
    expect(quiet.log).not.toMatch(/^::error/m)
  })

  it('shows mistakes of the pipeline at their lines', async () => {
    const folder = repositoryWith({ 'p.yml': 'steps:\n  a: { run: "true", tiemout: 5s }\n' })
    const ended = await runJob(action, folder, { event: 'push', payload: PUSH, with: { ...OFF, pipeline: 'p.yml' } })
    expect([ended.code, ended.outputs.status, ended.outputs.report]).toEqual([2, 'failed', ''])
    expect(ended.log).toMatch(/^::error file=p\.yml,line=2,.*tiemout/m)
  })

  it.each([
    ['waits for approval', 'steps: { ask: { approve: Ship it? } }', 6, 'waiting'],
    ['did not end in time', 'limits: { timeout: 300ms }\nsteps: { slow: { run: sleep 20 } }', 3, 'cancelled'],
  ])('tells of a run that %s', async (_what, text, code, status) => {
    const folder = repositoryWith({ 'p.yml': text })
    const ended = await runJob(action, folder, { event: 'push', payload: PUSH, with: { ...OFF, pipeline: 'p.yml' } })
    expect([ended.code, ended.outputs.status], ended.log).toEqual([code, status])
    if (code === 6) expect(ended.summary).toContain('orch-run approve')
  })

  it('tells of a run that is over its budget, and how to go on', async () => {
    const { folder, simulator } = await sceneOf('limits: { budget_usd: 0.0001 }\nagents: { dev: { model: sim/m } }\nsteps: { ask: { agent: dev, prompt: Work. } }\n', () => ({ text: 'done' }))
    const ended = await runJob(action, folder, { event: 'push', payload: PUSH, with: { ...OFF, pipeline: 'p.yml' }, env: SCENE_ENV })
    await simulator.close()
    expect([ended.code, ended.outputs.status, ended.outputs['cost-usd'], simulator.log.length], ended.log).toEqual([3, 'failed', '0', 0])
    expect(ended.summary).toMatch(/budget-exceeded: [^]*next: <code>orch-run resume /)
  })

  it.each([[{ pipeline: '' }, '`pipeline` must name a file'], [{ pipeline: 'p.yml', args: '"a' }, '`args` has a quote that is not closed'], [{ pipeline: 'p.yml', resume: 'always' }, '`resume` must be `auto` or `off`, not `always`']])('refuses %j', async (given, message) => {
    const ended = await runJob(action, repositoryWith({ 'p.yml': 'steps: { a: { run: "true" } }' }), { event: 'push', payload: PUSH, with: { ...OFF, ...given } })
    expect([ended.code, ended.log.trim()]).toEqual([2, `::error::${message}`])
  })

  it('reads the pipeline and what it names from the base of a pull request, never from its head', async () => {
    const folder = repositoryWith({ 'ci/p.yml': 'agents: { bot: { executor: command, command: [cat] } }\nsteps: { say: { run: "echo of the base" }, ask: { agent: bot, prompt_file: ./prompt.md } }\n', 'ci/prompt.md': 'prompt of the base' })
    const base = git(folder, 'rev-parse', 'HEAD').trim()
    writeFileSync(join(folder, 'ci/p.yml'), 'steps: { say: { run: "echo of the head" } }\n')
    writeFileSync(join(folder, 'ci/prompt.md'), 'prompt of the head')
    git(folder, 'commit', '-qam', 'head')
    const repo = { full_name: 'o/r' }
    const payload = { repository: repo, pull_request: { number: 5, author_association: 'OWNER', base: { sha: base, repo }, head: { sha: git(folder, 'rev-parse', 'HEAD').trim(), repo } } }
    const ended = await runJob(action, folder, { event: 'pull_request', payload, with: { ...OFF, pipeline: 'ci/p.yml' } })
    expect(ended.code, ended.log).toBe(0)
    expect([ended.log.includes('of the base'), ended.log.includes('prompt of the base'), ended.log.includes('of the head')]).toEqual([true, true, false])
    const gone = await runJob(action, folder, { event: 'pull_request', payload: { ...payload, pull_request: { ...payload.pull_request, base: { sha: '1'.repeat(40), repo } } }, with: { ...OFF, pipeline: 'ci/p.yml' } })
    expect([gone.code, gone.log.includes('fetch-depth: 0')]).toEqual([4, true])
  })

  it.each([
    ['a comment of the owner on a pull request', 'issue_comment', { issue: { number: 5, pull_request: { url: 'https://api.github.com/repos/o/r/pulls/5' } }, comment: { author_association: 'OWNER', body: '/review' } }],
    ['a workflow run of the repository', 'workflow_run', { workflow_run: { head_repository: { full_name: 'o/r' } } }],
  ])('reads the pipeline from the default branch after %s, when its head is checked out', async (_what, event, about) => {
    const folder = repositoryWith({ 'p.yml': 'steps: { say: { run: echo of the default branch } }\n' })
    const GITHUB_SHA = git(folder, 'rev-parse', 'HEAD').trim()
    writeFileSync(join(folder, 'p.yml'), 'steps: { say: { run: echo of the head } }\n')
    git(folder, 'commit', '-qam', 'head')
    const ended = await runJob(action, folder, { event, payload: { repository: { full_name: 'o/r' }, ...about }, with: { ...OFF, pipeline: 'p.yml' }, env: { GITHUB_SHA } })
    expect([ended.code, ended.log.includes('of the default branch'), ended.log.includes('of the head')], ended.log).toEqual([0, true, false])
  })

  it('refuses a pull request of a fork where no sandbox can be had', async () => {
    const folder = repositoryWith({ 'p.yml': 'steps: { say: { run: echo ran } }\n' })
    const base = git(folder, 'rev-parse', 'HEAD').trim()
    const payload = { repository: { full_name: 'o/r' }, pull_request: { number: 5, base: { sha: base, repo: { full_name: 'o/r' } }, head: { sha: base, repo: { full_name: 'stranger/r' } } } }
    const path = `${folderWith({})}:${execFileSync('bash', ['-c', 'mkdir -p bin && for p in git bash sh cat node env; do ln -sf "$(command -v $p)" bin/$p; done; echo "$PWD/bin"'], { cwd: folderWith({}), encoding: 'utf8' }).trim()}`
    const ended = await runJob(action, folder, { event: 'pull_request', payload, with: { ...OFF, pipeline: 'p.yml' }, env: { PATH: path } })
    expect([ended.code, ended.outputs.status, ended.log.includes('ran')], ended.log).toEqual([7, 'failed', false])
  })

  it('keeps one comment on the pull request', async () => {
    const github = await startGithub(folderWith({}))
    try {
      const folder = repositoryWith({ 'p.yml': 'steps: { say: { run: "true" } }\n' })
      const base = git(folder, 'rev-parse', 'HEAD').trim()
      const repo = { full_name: 'o/r' }
      const job = { event: 'pull_request', payload: { repository: repo, pull_request: { number: 5, base: { sha: base, repo }, head: { sha: base, repo } } }, with: { pipeline: 'p.yml', resume: 'off', 'github-token': 'canary-token-of-the-job' }, env: { GITHUB_API_URL: github.url } }
      for (let times = 0; times < 2; times += 1) expect((await runJob(action, folder, job)).code).toBe(0)
      expect(github.comments.get(5)?.map(({ body }) => body.split('\n')[0])).toEqual(['## p: passed'])
      github.fault({ method: 'GET', path: /comments/, status: 403, body: { message: 'Resource not accessible by integration' } })
      const refused = await runJob(action, folder, job)
      expect([refused.code, /^::warning::the pull request has no comment: GitHub answered 403/m.test(refused.log)]).toEqual([0, true])
    } finally {
      await github.close()
    }
  })

  it('goes on in the next job with what a cancelled one left', async () => {
    const cache = await startCache()
    try {
      const text = 'agents: { bot: { executor: command, command: [bash, -c, "echo $ORCH_ATTEMPT >> a.txt"] } }\nsteps: { fix: { agent: bot, prompt: Work. }, wait: { needs: fix, run: "touch $PWD/../waits 2>/dev/null; test -e \\"$GO\\" || { echo waiting; sleep 60; }; cat a.txt" } }\n'
      const folder = repositoryWith({ 'p.yml': text, '.gitignore': '.orch-run\n' })
      const go = join(folderWith({}), 'go')
      const job = { event: 'push', payload: PUSH, with: { pipeline: 'p.yml', comment: 'off' }, env: { ...cache.env, GO: go } }
      const first = await runJob(action, folder, { ...job, onStart: (kill) => { const timer = setInterval(() => { if (waits(folder)) { clearInterval(timer); kill('SIGINT') } }, 50) } })
      expect([first.code, first.outputs.status, first.state.unfinished], first.log).toEqual([130, 'cancelled', 'true'])
      const post = await runJob(action, folder, { ...job, state: first.state })
      expect([post.code, cache.keys.length], post.log).toEqual([0, 1])
      // Another machine: the checkout alone, without the state and without the commits.
      rmSync(join(folder, '.orch-run'), { recursive: true })
      const other = folderWith({})
      execFileSync('git', ['clone', '-q', folder, other])
      for (const ref of git(other, 'for-each-ref', '--format=%(refname)', 'refs/orch-run').split('\n').filter((one) => one !== '')) git(other, 'update-ref', '-d', ref)
      writeFileSync(go, '')
      const second = await runJob(action, other, job)
      expect([second.code, second.outputs['run-id'], second.outputs.status], second.log).toEqual([0, first.outputs['run-id'], 'passed'])
      expect(second.log).toContain('goes on with the run')
      const report = JSON.parse(readFileSync(second.outputs.report ?? '', 'utf8')) as { steps: { id: string; cached: boolean }[] }
      expect(report.steps.map(({ id, cached }) => [id, cached])).toEqual([['fix', true], ['wait', false]])
    } finally {
      await cache.close()
    }
  })
})

/** Whether the second step has begun to wait. */
function waits(folder: string): boolean {
  try {
    return execFileSync('grep', ['-rl', 'waiting', join(folder, '.orch-run/runs')], { encoding: 'utf8', stdio: 'pipe' }).includes('stdout.log')
  } catch {
    return false
  }
}
