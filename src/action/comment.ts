import type { JsonObject } from '../base/json.ts'
import type { Ports } from '../base/ports.ts'
import { upsertComment } from '../forge/comment.ts'
import { createGithub } from '../forge/github.ts'
import { forgeRepository } from '../forge/repository.ts'
import { issueOf } from '../cli/open-forge.ts'

const TIMEOUT_MS = 60_000

/** The summary as one comment on the pull request, changed in place by later jobs; the answer says why there is none. */
export async function commentOn(ports: Ports, env: Readonly<Record<string, string>>, token: string, github: JsonObject, pipeline: string, text: string): Promise<string | undefined> {
  const issue = (env.GITHUB_EVENT_NAME ?? '').startsWith('pull_request') ? issueOf(github) : undefined
  if (issue === undefined) return undefined
  const repository = forgeRepository({ ...env, GITHUB_TOKEN: token }, undefined)
  if ('missing' in repository) return repository.message
  const placed = await upsertComment(createGithub(ports.http, ports.clock, repository, AbortSignal.timeout(TIMEOUT_MS)), issue, `summary/${pipeline}`, text)
  return placed.ok ? undefined : placed.error.message
}
