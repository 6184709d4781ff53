import { isObject } from '../base/json.ts'
import type { JsonObject } from '../base/json.ts'

/** Whether the one who set a run off may spend our keys and money, with the reason in words. */
export type Trust = { readonly trusted: true } | { readonly trusted: false; readonly reason: string }

const TRUSTED: Trust = { trusted: true }

/** Events that only somebody with write access to the repository can cause, and those that nobody causes. */
const INSIDE = new Set(['push', 'schedule', 'workflow_dispatch', 'repository_dispatch', 'release', 'create', 'delete', 'merge_group', 'deployment'])
const WRITERS = new Set(['OWNER', 'MEMBER', 'COLLABORATOR'])

/**
 * The trust in a GitHub event, from its kind and what it says of the actor; an event that is not known is not trusted.
 * Undefined outside GitHub Actions: who runs a program by hand trusts himself.
 */
export function trustOf(github: JsonObject): Trust | undefined {
  if (!isObject(github.event)) return undefined
  const { event } = github
  const name = typeof github.event_name === 'string' ? github.event_name : ''
  if (INSIDE.has(name)) return TRUSTED
  switch (name) {
    case 'pull_request':
    case 'pull_request_target':
    case 'pull_request_review':
    case 'pull_request_review_comment':
      return pullRequest(event, name)
    case 'issue_comment':
    case 'commit_comment':
    case 'discussion_comment':
      return writer(event.comment, 'comment')
    case 'issues': return writer(event.issue, 'issue')
    case 'discussion': return writer(event.discussion, 'discussion')
    case 'workflow_run': return workflowRun(event)
    default: return { trusted: false, reason: name === '' ? 'the event has no name' : `the event \`${plain(name)}\` is not known` }
  }
}

/** A branch of the own repository needs write access; a review or its comments are those of their author as well. */
function pullRequest(event: Readonly<Record<string, unknown>>, name: string): Trust {
  const own = repositoryName(event.repository)
  const head = repositoryName(part(part(event.pull_request, 'head'), 'repo'))
  if (own === undefined || head === undefined) return { trusted: false, reason: 'the repository of the pull request is gone' }
  if (head !== own) return { trusted: false, reason: 'the pull request comes from a fork' }
  if (name === 'pull_request_review') return writer(event.review, 'review')
  return name === 'pull_request_review_comment' ? writer(event.comment, 'comment') : TRUSTED
}

function workflowRun(event: Readonly<Record<string, unknown>>): Trust {
  const own = repositoryName(event.repository)
  const head = repositoryName(part(event.workflow_run, 'head_repository'))
  if (own !== undefined && head === own) return TRUSTED
  return { trusted: false, reason: 'the workflow run was set off from a fork' }
}

function writer(subject: unknown, noun: string): Trust {
  const association = part(subject, 'author_association')
  if (typeof association === 'string' && WRITERS.has(association)) return TRUSTED
  return { trusted: false, reason: `the author of the ${noun} has no write access to the repository` }
}

function repositoryName(repository: unknown): string | undefined {
  const name = part(repository, 'full_name')
  return typeof name === 'string' && name !== '' ? name.toLowerCase() : undefined
}

function part(value: unknown, key: string): unknown {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined
}

function plain(name: string): string {
  return name.replace(/[^\w.-]/g, '?').slice(0, 40)
}
