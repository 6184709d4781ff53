import { isObject } from '../base/json.ts'
import type { JsonObject } from '../base/json.ts'
import { PortError } from '../base/ports.ts'
import type { Files } from '../base/ports.ts'
import type { Facts } from '../run/facts.ts'
import { EXIT } from './exit-code.ts'
import type { Readiness } from './preflight.ts'
import { Stop } from './stop.ts'

/** What expressions may name of the surroundings. */
export function factsOf(github: JsonObject, readiness: Readiness, inputs: JsonObject, secrets: Readonly<Record<string, string>>): Facts {
  const { repository, base } = readiness
  return {
    inputs,
    secrets,
    github,
    git: { sha: repository?.head ?? '', branch: repository?.branch ?? '', base: base?.commit ?? '' },
  }
}

/** Variables of a GitHub job and the names under which `github` holds them. */
const GITHUB: readonly (readonly [string, string])[] = [
  ['event_name', 'GITHUB_EVENT_NAME'], ['repository', 'GITHUB_REPOSITORY'], ['repository_owner', 'GITHUB_REPOSITORY_OWNER'], ['actor', 'GITHUB_ACTOR'],
  ['triggering_actor', 'GITHUB_TRIGGERING_ACTOR'], ['ref', 'GITHUB_REF'], ['ref_name', 'GITHUB_REF_NAME'], ['ref_type', 'GITHUB_REF_TYPE'],
  ['head_ref', 'GITHUB_HEAD_REF'], ['base_ref', 'GITHUB_BASE_REF'], ['sha', 'GITHUB_SHA'], ['workflow', 'GITHUB_WORKFLOW'], ['job', 'GITHUB_JOB'],
  ['run_id', 'GITHUB_RUN_ID'], ['run_number', 'GITHUB_RUN_NUMBER'], ['run_attempt', 'GITHUB_RUN_ATTEMPT'], ['server_url', 'GITHUB_SERVER_URL'],
  ['api_url', 'GITHUB_API_URL'], ['graphql_url', 'GITHUB_GRAPHQL_URL'], ['workspace', 'GITHUB_WORKSPACE'],
]

/** The event and its surroundings inside GitHub Actions, nothing elsewhere. Throws `Stop` when the event file is broken. */
export async function readGithub(files: Files, env: Readonly<Record<string, string>>): Promise<JsonObject> {
  const path = env.GITHUB_EVENT_PATH
  if (path === undefined || path === '') return {}
  const named = GITHUB.flatMap(([name, variable]) => (env[variable] === undefined ? [] : [[name, env[variable]] as const]))
  return { ...Object.fromEntries(named), event: await readEvent(files, path) }
}

async function readEvent(files: Files, path: string): Promise<JsonObject> {
  try {
    const event: unknown = JSON.parse(await files.read(path))
    if (isObject(event)) return event as JsonObject
    throw new SyntaxError('it is no mapping')
  } catch (error) {
    if (!(error instanceof PortError) && !(error instanceof SyntaxError)) throw error
    throw new Stop(EXIT.invalid, `the event file \`${path}\` (GITHUB_EVENT_PATH) cannot be read: ${error.message}`)
  }
}
