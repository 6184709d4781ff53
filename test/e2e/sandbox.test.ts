import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { everything } from '../rig/checkout.ts'
import { git, orchRun, removeFolders, repositoryWith } from '../rig/program.ts'
import { failures, runFor, statuses } from '../rig/report.ts'
import { noSandbox } from '../rig/sandbox.ts'

afterAll(removeFolders)

const PIPELINE = `
agents: { bot: { executor: command, command: [bash, agent.sh], permissions: full } }
steps: { work: { agent: bot, prompt: Work. } }
`

/** A folder of programs that stands before the PATH: in it a \`bwrap\` that fails with these words. */
function brokenBwrap(folder: string, words: string): Record<string, string> {
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  writeFileSync(join(bin, 'bwrap'), `#!/bin/sh\necho "${words}" >&2\nexit 1\n`)
  chmodSync(join(bin, 'bwrap'), 0o755)
  return { PATH: `${bin}:${process.env.PATH ?? ''}` }
}

function eventOf(folder: string, name: string, event: object): Record<string, string> {
  writeFileSync(join(folder, 'event.json'), JSON.stringify(event))
  return { GITHUB_ACTIONS: 'true', GITHUB_EVENT_NAME: name, GITHUB_EVENT_PATH: join(folder, 'event.json'), GITHUB_REPOSITORY: 'o/r' }
}

const FORK = { repository: { full_name: 'o/r' }, pull_request: { number: 1, head: { repo: { full_name: 'stranger/r' } } } }

describe('without a sandbox that holds', () => {
  it.each([
    ['bwrap: loopback: Failed RTM_NEWADDR: Operation not permitted', 'AppArmor', 'apparmor_restrict_unprivileged_userns=0'],
    ["bwrap: Can't mount proc on /newroot/proc: Operation not permitted", '`/proc`', 'systempaths=unconfined'],
    ['bwrap: Creating new namespace failed: Operation not permitted', 'namespaces', '--privileged'],
    ['bwrap: Unknown option --unshare-pid', 'too old', 'newer'],
  ])('an agent works on with one warning that names the cause: %s', async (words, cause, help) => {
    const folder = repositoryWith({ 'agent.sh': 'echo x > made.txt\n', 'p.yml': `${PIPELINE}  then: { needs: work, agent: bot, prompt: Again. }\n`.replace('steps: { work: { agent: bot, prompt: Work. } }', 'steps:\n  work: { agent: bot, prompt: Work. }') })
    const { report } = await runFor(0, folder, ['p.yml'], { env: brokenBwrap(folder, words) })
    expect(report.steps.map(({ isolation }) => isolation)).toEqual(['process', 'process'])
    expect(report.run.isolation).toBe('process')
    expect(report.exceptions.map(({ severity, code }) => [severity, code])).toEqual([['warning', 'no-sandbox']])
    expect(report.exceptions[0]?.message).toContain(cause)
    expect(report.exceptions[0]?.message).toContain(help)
  })

  it('an agent that requires one does not begin, nor does anything before it', async () => {
    const folder = repositoryWith({
      'agent.sh': 'true\n', 'p.yml': 'agents: { bot: { executor: command, command: [bash, agent.sh], sandbox: require } }\nsteps:\n  first: { run: touch ran }\n  work: { needs: first, agent: bot, prompt: Work. }\n',
    })
    // A PATH that has what we need, and no bubblewrap.
    const ended = await orchRun({ cwd: folder, args: ['p.yml'], env: { PATH: pathWithout(folder, 'bwrap') } })
    expect([ended.code, ended.stdout, existsSync(join(folder, 'ran'))]).toEqual([4, '', false])
    expect(ended.stderr).toMatch(/^error: the agent `bot` requires a sandbox, and there is none: `bwrap` \(bubblewrap\) is not on the PATH\n {2}help: install it: `apt-get install bubblewrap`/)
  })

  it('an event of a stranger is refused', async () => {
    const folder = repositoryWith({ 'agent.sh': 'true\n', 'p.yml': `${PIPELINE}  first: { run: touch ran }\n`.replace('steps: { work: { agent: bot, prompt: Work. } }', 'steps:\n  work: { agent: bot, prompt: Work. }') })
    const ended = await orchRun({ cwd: folder, args: ['p.yml'], env: { ...brokenBwrap(folder, 'bwrap: No permissions to create a new namespace'), ...eventOf(folder, 'pull_request', FORK) } })
    expect([ended.code, ended.stdout, existsSync(join(folder, 'ran'))]).toEqual([7, '', false])
    expect(ended.stderr).toMatch(/^error: the event is untrusted: the pull request comes from a fork, and there is no sandbox to run it in: bubblewrap may not make namespaces/)
  })
})

/** The programs of the PATH without one, as links in a folder of their own. */
function pathWithout(folder: string, program: string): string {
  const bin = join(folder, 'programs')
  mkdirSync(bin)
  const links = ['bash', 'sh', 'git', 'node', 'touch', 'setpriv'].filter((name) => name !== program)
  for (const name of links) writeFileSync(join(bin, name), `#!/bin/sh\nexec /usr/bin/env PATH='${process.env.PATH}' ${name} "$@"\n`, { mode: 0o755 })
  return bin
}

describe.skipIf(noSandbox !== undefined)(`in a sandbox${noSandbox === undefined ? '' : ` (skipped: ${noSandbox})`}`, () => {
  it('an agent changes its worktree, is judged there, repairs, and the change is committed', async () => {
    const folder = repositoryWith({
      'agent.sh': 'if [ -e made.txt ]; then chmod +x old.sh && echo two >> made.txt; else echo one > made.txt; fi\nid -u; cat\n', 'old.sh': 'true\n', 'sub/kept.txt': 'k\n',
      'p.yml': `${PIPELINE.replace('prompt: Work. }', 'prompt: Work., verify: [two], repair: 2 }')}checks: { two: { kind: custom, run: 'mkdir -p cache && touch cache/x; test -x old.sh && grep -q two made.txt' } }\n`,
    })
    const before = everything(folder)
    const { report } = await runFor(0, folder, ['p.yml'])
    expect(report.steps.map(({ isolation, files_changed, checks }) => [isolation, files_changed, checks.map(({ status }) => status)])).toEqual([['sandbox', ['made.txt', 'old.sh'], ['passed']]])
    expect(git(folder, 'show', `${report.git.head}:made.txt`)).toBe('one\ntwo\n')
    expect(git(folder, 'ls-tree', report.git.head ?? '', 'old.sh')).toMatch(/^100755 /)
    expect(everything(folder)).toEqual(before)
    expect(readdirSync(join(folder, '.orch-run/worktrees'))).toEqual([])
    expect(report.exceptions).toEqual([])
  })

  it('an event of a stranger runs with agents that only read, and without secrets', async () => {
    const folder = repositoryWith({
      'agent.sh': 'echo x > made.txt\n', 'reader.sh': 'cat a.txt; env\n', 'a.txt': 'content\n',
      'p.yml': `
agents:
  bot: { executor: command, command: [bash, agent.sh], permissions: full, sandbox: off }
  reader: { executor: command, command: [bash, reader.sh], permissions: full }
steps:
  look: { agent: reader, prompt: Look. }
  script: { run: 'env > env.txt; printf "%s" "\${{ secrets.DEPLOY_KEY }}" > secret.txt' }
  work: { needs: look, agent: bot, prompt: Work. }
`,
    })
    const env = { ...eventOf(folder, 'pull_request', FORK), DEPLOY_KEY: 'canary-key-90817', OTHER_SECRET: 'canary-other-1123' }
    const { report, ended } = await runFor(1, folder, ['p.yml'], { env })
    expect(statuses(report)).toEqual({ look: 'passed', script: 'passed', work: 'failed' })
    expect(failures(report).work).toMatch(/^permission-denied: /)
    expect(report.steps.flatMap(({ isolation }) => isolation ?? [])).toEqual(['sandbox', 'sandbox'])
    expect([readFileSync(join(folder, 'secret.txt'), 'utf8'), readFileSync(join(folder, 'env.txt'), 'utf8').includes('canary')]).toEqual(['', false])
    expect(ended.stderr).toContain('warning: the event is untrusted: the pull request comes from a fork; agents are `read-only`, and nothing gets a secret')
  })
})
