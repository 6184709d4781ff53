import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { addComment, startGithub } from '../rig/github.ts'
import type { FakeGithub } from '../rig/github.ts'
import { folderWith, git, orchRun, removeFolders, repositoryWith } from '../rig/program.ts'
import { failures, runFor } from '../rig/report.ts'

let github: FakeGithub
let folder: string
let remote: string

const TOKEN = 'ghs_canaryCanaryCanaryCanary0123456789'

const PIPELINE = `
agents: { bot: { executor: command, command: [bash, -c, 'echo better > a.txt; echo "{\\"text\\":\\"Fixes #3 @owner <b>x</b>\\"}"'] } }
checks: { good: { kind: custom, run: grep -q better a.txt } }
steps:
  fix: { agent: bot, prompt: Work., verify: good }
  ship:
    needs: fix
    deliver:
      pull_request: { title: "Mend a.txt: \${{ steps.fix.outputs.text }}", body: "Closes #12\\n\\n\${{ steps.fix.outputs.text }}", base: main, branch: orch/fix, labels: [automated] }
      comment: "Done: \${{ steps.fix.outputs.text }}"
`

beforeEach(async () => {
  const repositories = folderWith({})
  remote = join(repositories, 'r.git')
  mkdirSync(remote)
  execFileSync('git', ['init', '-q', '--bare', '-b', 'main', remote])
  execFileSync('git', ['-C', remote, 'config', 'http.receivepack', 'true'])
  github = await startGithub(repositories)
  folder = repositoryWith({ 'p.yml': PIPELINE, 'a.txt': 'bad\n', 'event.json': JSON.stringify({ issue: { number: 3, author_association: 'OWNER' }, comment: { author_association: 'OWNER' }, repository: { full_name: 'o/r' } }) })
  git(folder, 'push', '-q', remote, 'main')
})

afterEach(async () => {
  await github.close()
  removeFolders()
})

const env = (): Record<string, string> => ({
  GITHUB_TOKEN: TOKEN, GITHUB_REPOSITORY: 'o/r', GITHUB_SERVER_URL: `${github.url}/o`.replace('/o', ''), GITHUB_API_URL: github.url,
  GITHUB_EVENT_NAME: 'issue_comment', GITHUB_EVENT_PATH: join(folder, 'event.json'),
})

const posts = (): string[] => github.asked.filter(({ method }) => method !== 'GET').map(({ method, path }) => `${method} ${path}`)

describe('a delivery to GitHub', () => {
  it('pushes the branch, makes one pull request with its label and one comment, in which strangers command nobody', async () => {
    const configuration = readFileSync(join(folder, '.git/config'), 'utf8')
    const { report } = await runFor(0, folder, ['p.yml', '--run-id', 'r1'], { env: env() })
    const commit = report.steps[0]?.commit
    expect(git(remote, 'rev-parse', 'orch/fix').trim()).toBe(commit)
    expect(posts()).toEqual(['POST /repos/o/r/pulls', 'POST /repos/o/r/issues/7/labels', 'POST /repos/o/r/issues/3/comments'])
    const [pull] = github.pulls
    expect([pull?.title, pull?.body]).toEqual(['Mend a.txt: Fixes \u200B#\u200B3 @\u200Bowner &lt;b>x&lt;/b>', 'Closes #12\n\nFixes \u200B#\u200B3 @\u200Bowner &lt;b>x&lt;/b>'])
    expect(github.comments.get(3)?.map(({ body }) => body)).toEqual(['Done: Fixes \u200B#\u200B3 @\u200Bowner &lt;b>x&lt;/b>\n\n<!-- orch-run:p/ship -->'])
    expect(report.deliveries.map(({ kind, target, already }) => [kind, target, already])).toEqual([['pull_request', 'orch/fix', false], ['comment', '#3', false]])
    expect(report.steps[1]?.outputs).toEqual({ commit, branch: 'orch/fix', pull_request: 'https://github.test/o/r/pull/7', number: 7, comment: 'https://github.test/o/r/issues/3#0' })
    expect(git(folder, 'branch', '--list')).toBe('* main\n')
    expect(readFileSync(join(folder, '.git/config'), 'utf8')).toBe(configuration)
    expect(spawnSync('grep', ['-rlF', TOKEN, folder, remote], { encoding: 'utf8' }).stdout).toBe('')
  })

  it('finds its comment among hundreds, and changes it and the pull request in place at a later run', async () => {
    for (let count = 0; count < 250; count += 1) addComment(github, 3, `comment ${count}`)
    await runFor(0, folder, ['p.yml'], { env: env() })
    writeFileSync(join(folder, 'p.yml'), PIPELINE.replace('Mend a.txt', 'Better a.txt').replace('Done:', 'Done again:'))
    git(folder, 'commit', '-qam', 'next')
    github.asked.length = 0
    const { report } = await runFor(1, folder, ['p.yml'], { env: env() })
    expect(failures(report).ship).toBe('deliver-refused: the branch `orch/fix` cannot be pushed: it holds commits that this change does not')
    git(remote, 'update-ref', '-d', 'refs/heads/orch/fix')
    await runFor(0, folder, ['p.yml'], { env: env() })
    expect(posts()).toEqual(['PATCH /repos/o/r/pulls/7', `PATCH /repos/o/r/issues/comments/${3000 + 250}`])
    expect(github.pulls.map(({ title }) => title.slice(0, 12))).toEqual(['Better a.txt'])
    expect(github.comments.get(3)?.length).toBe(251)
  })

  it('happens once over three resumes, also where an answer was lost', async () => {
    github.fault({ method: 'POST', path: /\/pulls$/, status: 502, done: true })
    github.fault({ method: 'POST', path: /\/labels$/, status: 500 })
    const first = await runFor(1, folder, ['p.yml', '--run-id', 'r1'], { env: env() })
    expect(failures(first.report).ship).toBe('deliver-refused: GitHub answered 500 to POST /repos/…/issues/7/labels: refused by the test')
    github.fault({ method: 'POST', path: /\/comments$/, status: 0, done: true })
    for (let resumes = 0; resumes < 3; resumes += 1) {
      const ended = await orchRun({ cwd: folder, args: ['resume', 'r1', '--json'], env: env() })
      expect(ended.code, ended.stderr).toBe(0)
    }
    expect([github.pulls.length, github.comments.get(3)?.length]).toEqual([1, 1])
    expect(posts().filter((post) => post === 'POST /repos/o/r/pulls')).toHaveLength(1)
    expect(posts().filter((post) => post === 'POST /repos/o/r/issues/3/comments')).toHaveLength(1)
  })

  it('waits as long as GitHub asks for, and no longer than a minute', async () => {
    github.fault({ method: 'GET', path: /\/pulls\?/, status: 403, headers: { 'retry-after': '1' }, body: { message: 'You have exceeded a secondary rate limit' } })
    github.fault({ method: 'GET', path: /\/comments\?/, status: 429, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(Math.ceil(Date.now() / 1000) + 3600) } })
    const { report } = await runFor(1, folder, ['p.yml'], { env: env() })
    expect(report.deliveries.map(({ kind }) => kind)).toEqual(['pull_request'])
    expect(failures(report).ship).toBe('deliver-refused: GitHub answered 429 to GET /repos/…/issues/3/comments: refused by the test')
  })

  it('tells what GitHub refused', async () => {
    github.fault({ method: 'POST', path: /\/pulls$/, status: 422, body: { message: 'Validation Failed' } })
    const { report } = await runFor(1, folder, ['p.yml'], { env: env() })
    expect(failures(report).ship).toBe('deliver-refused: GitHub answered 422 to POST /repos/…/pulls: Validation Failed')
  })

  it('is refused before any step without a token, or where the repository is not known', async () => {
    const { GITHUB_TOKEN: _token, ...without } = env()
    const ended = await orchRun({ cwd: folder, args: ['p.yml'], env: without })
    expect([ended.code, ended.stderr]).toEqual([4, 'error: there is no token for GitHub, and a step delivers to it\n  help: set the environment variable GITHUB_TOKEN\n'])
    const { GITHUB_REPOSITORY: _repository, ...nowhere } = env()
    const lost = await orchRun({ cwd: folder, args: ['p.yml'], env: nowhere })
    expect([lost.code, lost.stderr.split('\n')[0]]).toEqual([4, 'error: it is not known which repository of GitHub this is, and a step delivers to it'])
  })

  it('may be a comment alone, though nothing was changed', async () => {
    writeFileSync(join(folder, 'p.yml'), 'steps: { look: { run: echo seen }, say: { needs: look, deliver: { comment: Seen. } } }\n')
    const { report } = await runFor(0, folder, ['p.yml'], { env: env() })
    expect(report.steps[1]?.outputs).toEqual({ commit: null, comment: 'https://github.test/o/r/issues/3#0' })
    expect(report.exceptions).toEqual([])
  })
})
