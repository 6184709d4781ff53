import type { JsonObject } from '../base/json.ts'
import type { Pipeline } from '../pipeline/pipeline.ts'

/** The environment variables that a text names as `secrets.NAME`, those that are set. */
export function namedSecrets(text: string, env: Readonly<Record<string, string>>): Record<string, string> {
  const found: Record<string, string> = {}
  for (const [, dotted, quoted] of text.matchAll(/\bsecrets\s*(?:\.\s*([A-Za-z_][\w-]*)|\[\s*'([^']+)'\s*\])/gi)) {
    const name = dotted ?? quoted ?? ''
    const value = Object.hasOwn(env, name) ? env[name] : undefined
    if (value !== undefined) found[name] = value
  }
  return found
}

/** Everything that must never be written or shown: named secrets, the providers' keys, secret inputs, the tokens of CI. */
export function hiddenValues(pipeline: Pipeline, secrets: Readonly<Record<string, string>>, inputs: JsonObject, env: Readonly<Record<string, string>>): string[] {
  const named = [...keyVariables(pipeline), 'GITHUB_TOKEN', 'GH_TOKEN', 'ACTIONS_RUNTIME_TOKEN', 'ACTIONS_ID_TOKEN_REQUEST_TOKEN', 'CI_JOB_TOKEN']
  const secretInputs = [...pipeline.inputs.values()].flatMap((spec) => (spec.secret ? leaves(inputs[spec.name]) : []))
  const fromEnv = named.flatMap((name) => (Object.hasOwn(env, name) ? [env[name] ?? ''] : []))
  return [...new Set([...Object.values(secrets), ...fromEnv, ...secretInputs])].filter((value) => value !== '')
}

function leaves(value: unknown): string[] {
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(leaves)
  return typeof value === 'string' || typeof value === 'number' ? [String(value)] : []
}

/** The variables in which the keys of all providers are, those of called pipelines too. */
export function keyVariables(pipeline: Pipeline): string[] {
  const providers = [pipeline, ...pipeline.children.values()].flatMap((one) => [...one.providers.values()])
  return [...new Set(providers.flatMap(({ apiKeyEnv }) => apiKeyEnv ?? []))]
}
