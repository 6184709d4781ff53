import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../src/base/json.ts'
import { trustOf } from '../../../src/forge/trust.ts'

const repository = { full_name: 'o/r' }
const github = (event_name: string, event: JsonObject): JsonObject => ({ event_name, event: { repository, ...event } })
const isTrusted = (event_name: string, event: JsonObject = {}): boolean | undefined => trustOf(github(event_name, event))?.trusted
const head = (full_name: string | null): JsonObject => ({ pull_request: { head: { repo: full_name === null ? null : { full_name } } } })

describe('trust', () => {
  it('is not asked outside GitHub Actions', () => {
    expect(trustOf({})).toBeUndefined()
  })

  it.each(['push', 'schedule', 'workflow_dispatch', 'repository_dispatch', 'release', 'merge_group'])('is given to %s, which needs write access', (name) => {
    expect(isTrusted(name)).toBe(true)
  })

  it.each(['pull_request', 'pull_request_target'])('is given to %s of an own branch, never of a fork or of a repository that is gone', (name) => {
    expect(isTrusted(name, head('O/R'))).toBe(true)
    expect(isTrusted(name, head('stranger/r'))).toBe(false)
    expect(isTrusted(name, head(null))).toBe(false)
    expect(isTrusted(name, {})).toBe(false)
  })

  it.each([['OWNER', true], ['MEMBER', true], ['COLLABORATOR', true], ['CONTRIBUTOR', false], ['FIRST_TIMER', false], ['FIRST_TIME_CONTRIBUTOR', false], ['MANNEQUIN', false], ['NONE', false], ['owner', false]])(
    'of a comment depends on its author: %s', (author_association, expected) => {
      expect(isTrusted('issue_comment', { comment: { author_association } })).toBe(expected)
      expect(isTrusted('issues', { issue: { author_association } })).toBe(expected)
      expect(isTrusted('pull_request_review', { ...head('o/r'), review: { author_association } })).toBe(expected)
    },
  )

  it('of a comment by a deleted user is none', () => {
    expect(isTrusted('issue_comment', { comment: { user: null } })).toBe(false)
  })

  it('of a workflow run follows where its code came from', () => {
    expect(isTrusted('workflow_run', { workflow_run: { head_repository: { full_name: 'o/r' } } })).toBe(true)
    expect(isTrusted('workflow_run', { workflow_run: { head_repository: { full_name: 'f/r' } } })).toBe(false)
    expect(isTrusted('workflow_run', { workflow_run: { head_repository: null } })).toBe(false)
  })

  it('is not given to what is not known', () => {
    expect(trustOf(github('fork', {}))).toEqual({ trusted: false, reason: 'the event `fork` is not known' })
    expect(trustOf({ event: {} })).toEqual({ trusted: false, reason: 'the event has no name' })
    expect(isTrusted('__proto__')).toBe(false)
  })
})
