import { isObject } from '../base/json.ts'
import { err, ok } from '../base/result.ts'
import type { Result } from '../base/result.ts'
import type { ForgeFailure, Github } from './github.ts'

/** Where a comment stands, and whether this call made it. */
export interface Written {
  readonly url: string
  /** `there`: it said the same already. */
  readonly how: 'made' | 'updated' | 'there'
}

const PAGE = 100
/** A discussion with more pages than this is not searched to its end. */
const MOST_PAGES = 30

/**
 * One comment on an issue or a pull request, found again by the mark that it bears where nobody sees it: made at the first time,
 * changed in place from then on, however often the run is resumed.
 */
export async function upsertComment(github: Github, issue: number, mark: string, text: string): Promise<Result<Written, ForgeFailure>> {
  const body = `${text}\n\n${hidden(mark)}`
  const found = await find(github, issue, hidden(mark))
  if (!found.ok) return found
  if (found.value) return update(github, found.value, body)
  const made = await github.ask('POST', `/repos/{repository}/issues/${issue}/comments`, { body })
  if (made.ok) return ok({ url: urlOf(made.value), how: 'made' })
  // The answer may have been lost, and the comment be there.
  const again = made.error.status === null || made.error.status >= 500 ? await find(github, issue, hidden(mark)) : ok(undefined)
  return again.ok && again.value ? update(github, again.value, body) : made
}

function hidden(mark: string): string {
  return `<!-- orch-run:${mark.replace(/[^\w./:=,()-]/g, '_').replaceAll('--', '-_')} -->`
}

interface Comment {
  readonly id: number
  readonly url: string
  readonly body: string
}

async function find(github: Github, issue: number, mark: string): Promise<Result<Comment | undefined, ForgeFailure>> {
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const listed = await github.ask('GET', `/repos/{repository}/issues/${issue}/comments?per_page=${PAGE}&page=${page}`)
    if (!listed.ok) return listed
    if (!Array.isArray(listed.value)) return err({ status: 200, message: 'GitHub listed no comments where it should have' })
    const comments = listed.value.flatMap(commentOf)
    const found = comments.find(({ body }) => body.trimEnd().endsWith(mark))
    if (found || comments.length < PAGE) return ok(found)
  }
  return ok(undefined)
}

async function update(github: Github, { id, url, body: before }: Comment, body: string): Promise<Result<Written, ForgeFailure>> {
  if (before.replaceAll('\r\n', '\n') === body) return ok({ url, how: 'there' })
  const changed = await github.ask('PATCH', `/repos/{repository}/issues/comments/${id}`, { body })
  return changed.ok ? ok({ url: urlOf(changed.value), how: 'updated' }) : changed
}

function commentOf(value: unknown): Comment[] {
  if (!isObject(value) || typeof value.id !== 'number') return []
  return [{ id: value.id, url: urlOf(value), body: typeof value.body === 'string' ? value.body : '' }]
}

function urlOf(value: unknown): string {
  return isObject(value) && typeof value.html_url === 'string' ? value.html_url : ''
}
