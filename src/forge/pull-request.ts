import { isObject } from '../base/json.ts'
import { ok } from '../base/result.ts'
import type { Result } from '../base/result.ts'
import type { Written } from './comment.ts'
import type { ForgeFailure, Github } from './github.ts'

export interface PullRequestOrder {
  /** `owner` of the repository, whose branch `head` is. */
  readonly owner: string
  readonly head: string
  readonly base: string
  readonly title: string
  readonly body: string
  readonly draft: boolean
  readonly labels: readonly string[]
}

export interface WrittenPullRequest extends Written {
  readonly number: number
}

/** One open pull request from a branch to another: made once, and given its title and text again when they have changed. */
export async function upsertPullRequest(github: Github, order: PullRequestOrder): Promise<Result<WrittenPullRequest, ForgeFailure>> {
  const found = await find(github, order)
  if (!found.ok) return found
  if (found.value) return update(github, order, found.value)
  const { head, base, title, body, draft } = order
  const made = await github.ask('POST', '/repos/{repository}/pulls', { head, base, title, body, draft })
  if (made.ok) return label(github, order, { ...pullRequestOf(made.value), how: 'made' })
  // 422 also says that there is one already, and after a lost answer there may be.
  const mayExist = made.error.status === null || made.error.status === 422 || made.error.status >= 500
  const again = mayExist ? await find(github, order) : ok(undefined)
  return again.ok && again.value ? update(github, order, again.value) : made
}

interface PullRequest {
  readonly number: number
  readonly url: string
  readonly title: string
  readonly body: string
  readonly labels: readonly string[]
}

async function find(github: Github, { owner, head, base }: PullRequestOrder): Promise<Result<PullRequest | undefined, ForgeFailure>> {
  const query = new URLSearchParams({ state: 'open', head: `${owner}:${head}`, base, per_page: '10' })
  const listed = await github.ask('GET', `/repos/{repository}/pulls?${query.toString()}`)
  if (!listed.ok) return listed
  const first: unknown = Array.isArray(listed.value) ? listed.value[0] : undefined
  return ok(first === undefined ? undefined : pullRequestOf(first))
}

async function update(github: Github, order: PullRequestOrder, before: PullRequest): Promise<Result<WrittenPullRequest, ForgeFailure>> {
  const isSame = before.title === order.title && before.body.replaceAll('\r\n', '\n') === order.body
  if (!isSame) {
    const changed = await github.ask('PATCH', `/repos/{repository}/pulls/${before.number}`, { title: order.title, body: order.body })
    if (!changed.ok) return changed
  }
  return label(github, order, { ...before, how: isSame ? 'there' : 'updated' })
}

async function label(github: Github, { labels }: PullRequestOrder, made: PullRequest & Pick<Written, 'how'>): Promise<Result<WrittenPullRequest, ForgeFailure>> {
  const { number, url, how } = made
  const missing = labels.filter((name) => !made.labels.includes(name))
  const labelled = missing.length === 0 ? ok(undefined) : await github.ask('POST', `/repos/{repository}/issues/${number}/labels`, { labels: missing })
  return labelled.ok ? ok({ number, url, how }) : labelled
}

function pullRequestOf(value: unknown): PullRequest {
  const found = isObject(value) ? value : {}
  const text = (key: string): string => (typeof found[key] === 'string' ? found[key] : '')
  const labels = Array.isArray(found.labels) ? found.labels.flatMap((one: unknown) => (isObject(one) && typeof one.name === 'string' ? [one.name] : [])) : []
  return { number: typeof found.number === 'number' ? found.number : 0, url: text('html_url'), title: text('title'), body: text('body'), labels }
}
