import { execFileSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { actionFolder, runJob } from '../rig/actions.ts'
import { folderWith, git, removeFolders, repositoryWith } from '../rig/program.ts'

afterAll(removeFolders)

type Payload = Record<string, unknown> & { readonly repository?: { readonly full_name: string } }

/** GitHub's published examples of what it sends, by the name of the event. */
const examples = createRequire(import.meta.url)('@octokit/webhooks-examples') as readonly { readonly name: string; readonly examples: readonly Payload[] }[]

let action = ''
let folder = ''
let base = ''
/** Programs that a job needs, without any by which a sandbox could be made: what is not trusted is refused then. */
let path = ''

beforeAll(() => {
  action = actionFolder()
  folder = repositoryWith({ 'p.yml': 'steps: { say: { run: echo ran } }\n' })
  base = git(folder, 'rev-parse', 'HEAD').trim()
  path = execFileSync('bash', ['-c', 'mkdir bin && for p in git bash sh cat node env; do ln -s "$(command -v $p)" bin/$p; done; echo "$PWD/bin"'], { cwd: folderWith({}), encoding: 'utf8' }).trim()
})

function exampleOf(event: string): Payload {
  const found = examples.find(({ name }) => name === event)?.examples.find((one) => one.repository !== undefined)
  if (!found) throw new Error(`there is no example of ${event}`)
  return structuredClone(found)
}

/** Sets a value deep in a payload: `comment.author_association`. */
function set(payload: Payload, place: string, value: unknown): void {
  const names = place.split('.')
  let at: Record<string, unknown> = payload
  for (const name of names.slice(0, -1)) at = at[name] as Record<string, unknown>
  at[names.at(-1) ?? ''] = value
}

interface Row {
  readonly event: string
  readonly actor: string
  readonly trusted: boolean
  readonly changes?: Readonly<Record<string, unknown>>
}

const FORK = { full_name: 'stranger/Hello-World' }
const inside = ['push', 'workflow_dispatch', 'repository_dispatch', 'release', 'create', 'delete', 'merge_group', 'deployment'].map((event): Row => ({ event, actor: 'as published', trusted: true }))
const pulls = ['pull_request', 'pull_request_target'].flatMap((event): Row[] => [
  { event, actor: 'a branch of the repository', trusted: true },
  { event, actor: 'a bot on a branch of the repository', trusted: true, changes: { 'pull_request.user': { login: 'dependabot[bot]', type: 'Bot' } } },
  { event, actor: 'a fork', trusted: false, changes: { 'pull_request.head.repo': FORK } },
  { event, actor: 'a fork of a member', trusted: false, changes: { 'pull_request.head.repo': FORK, 'pull_request.author_association': 'MEMBER' } },
  { event, actor: 'a fork that is gone', trusted: false, changes: { 'pull_request.head.repo': null } },
])
const speakers: readonly (readonly [string, boolean])[] = [['OWNER', true], ['MEMBER', true], ['COLLABORATOR', true], ['CONTRIBUTOR', false], ['FIRST_TIMER', false], ['FIRST_TIME_CONTRIBUTOR', false], ['NONE', false]]
const talk = ([['issue_comment', 'comment'], ['issues', 'issue'], ['discussion_comment', 'comment'], ['pull_request_review', 'review']] as const).flatMap(([event, part]): Row[] => [
  ...speakers.map(([association, trusted]) => ({ event, actor: association, trusted, changes: { [`${part}.author_association`]: association } })),
  { event, actor: 'an app', trusted: false, changes: { [`${part}.author_association`]: 'NONE', [`${part}.user`]: { login: 'some-app[bot]', type: 'Bot' } } },
  { event, actor: 'a deleted user', trusted: false, changes: { [`${part}.author_association`]: 'NONE', [`${part}.user`]: null } },
])
const runs: readonly Row[] = [
  { event: 'workflow_run', actor: 'the own repository', trusted: true, changes: { 'workflow_run.head_repository': { full_name: 'Codertocat/Hello-World' } } },
  { event: 'workflow_run', actor: 'a fork', trusted: false, changes: { 'workflow_run.head_repository': FORK } },
  { event: 'workflow_run', actor: 'a repository that is gone', trusted: false, changes: { 'workflow_run.head_repository': null } },
  { event: 'star', actor: 'anybody', trusted: false },
]

/** Every event whose pull request stands in it is read from its base. */
function payloadOf({ event, changes = {} }: Row): Payload {
  const payload = exampleOf(event === 'pull_request_target' ? 'pull_request' : event)
  if (payload['pull_request'] !== undefined) {
    set(payload, 'pull_request.base.sha', base)
    set(payload, 'pull_request.head.sha', base)
  }
  for (const [place, value] of Object.entries(changes)) set(payload, place, value)
  return payload
}

describe('an event as GitHub publishes it, in the bundle without a sandbox', () => {
  it.each([...inside, ...pulls, ...talk, ...runs])('$event by $actor: trusted is $trusted', async (row) => {
    const payload = payloadOf(row)
    const env = { PATH: path, GITHUB_REPOSITORY: payload.repository?.full_name ?? '' }
    const ended = await runJob(action, folder, { event: row.event, payload, with: { pipeline: 'p.yml', resume: 'off', comment: 'off' }, env })
    expect([ended.code, ended.outputs['status'], ended.log.includes('ran')], ended.log).toEqual(row.trusted ? [0, 'passed', true] : [7, 'failed', false])
  })

  it('of a schedule, which nobody sends', async () => {
    const ended = await runJob(action, folder, { event: 'schedule', payload: { schedule: '0 3 * * *', repository: { full_name: 'o/r' } }, with: { pipeline: 'p.yml', resume: 'off' }, env: { PATH: path } })
    expect([ended.code, ended.outputs['status']], ended.log).toEqual([0, 'passed'])
  })
})
