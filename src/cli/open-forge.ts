import { isObject } from '../base/json.ts'
import type { JsonObject } from '../base/json.ts'
import { err, ok } from '../base/result.ts'
import type { Result } from '../base/result.ts'
import { upsertComment } from '../forge/comment.ts'
import type { ForgeFailure } from '../forge/github.ts'
import { createGithub } from '../forge/github.ts'
import { upsertPullRequest } from '../forge/pull-request.ts'
import { pushBranch } from '../forge/push.ts'
import type { Forge } from '../step/forge.ts'
import { findForge } from './find-forge.ts'
import type { RunOrder } from './run-order.ts'

/** GitHub for the deliveries of a run; an error says what is missing. */
export async function openForge(order: Pick<RunOrder, 'ports' | 'env' | 'readiness' | 'facts'>, signal: AbortSignal): Promise<Result<Forge, string>> {
  const { ports, env, readiness, facts } = order
  const found = await findForge(ports.git, readiness.repository, env)
  if ('missing' in found) return err(`${found.message}: ${found.help}`)
  const github = createGithub(ports.http, ports.clock, found, signal)
  const gitDir = readiness.repository?.commonDir ?? ''
  return ok({
    push: async (branch, commit) => sentence(await pushBranch(ports.git, gitDir, found, branch, commit)),
    async pullRequest(wanted) {
      const placed = await upsertPullRequest(github, { ...wanted, owner: found.name.split('/')[0] ?? '' })
      return placed.ok ? ok({ url: placed.value.url, number: placed.value.number, already: placed.value.how === 'there' }) : err(placed.error.message)
    },
    async comment(text, mark) {
      const issue = issueOf(facts.github)
      if (issue === undefined) return err('the run was set off by no issue and no pull request, so there is nothing to comment on')
      const placed = await upsertComment(github, issue, mark, text)
      return placed.ok ? ok({ url: placed.value.url, already: placed.value.how === 'there', target: `#${issue}` }) : err(placed.error.message)
    },
  })
}

/** The issue or pull request that an event is about. */
export function issueOf(github: JsonObject): number | undefined {
  const event = isObject(github.event) ? github.event : {}
  const subjects = [event.pull_request, event.issue]
  return subjects.flatMap((subject) => (isObject(subject) && typeof subject.number === 'number' ? [subject.number] : []))[0]
}

function sentence<T>(result: Result<T, ForgeFailure>): Result<T, string> {
  return result.ok ? result : err(result.error.message)
}
