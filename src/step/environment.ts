import { ok } from '../base/result.ts'
import type { Result } from '../base/result.ts'
import type { Template } from '../pipeline/pipeline.ts'
import type { AttemptTask } from '../run/contract.ts'
import type { StepWorld } from './world.ts'

/**
 * Variables that a command of an agent, or a check of its work, may see: where programs are and how the place speaks, nothing
 * that opens a door. An allow-list, because nobody can list all names of secrets.
 */
const HARMLESS = new Set([
  'PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'LANG', 'LANGUAGE', 'TERM', 'TZ', 'TMPDIR', 'CI', 'NO_COLOR', 'FORCE_COLOR', 'HOSTNAME',
  'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'NODE_EXTRA_CA_CERTS',
  'JAVA_HOME', 'GOPATH', 'GOROOT', 'GOCACHE', 'GOMODCACHE', 'CARGO_HOME', 'RUSTUP_HOME', 'RUSTUP_TOOLCHAIN', 'VIRTUAL_ENV', 'PYENV_ROOT',
  'NVM_DIR', 'PNPM_HOME', 'BUN_INSTALL', 'DOTNET_ROOT', 'XDG_CACHE_HOME', 'XDG_CONFIG_HOME', 'XDG_DATA_HOME', 'npm_config_cache',
])

/** Files by which a CI job is steered, and the tokens of the job itself: no child of ours needs them. */
const STEERING = /^(GITHUB_(TOKEN|ENV|OUTPUT|PATH|STATE|STEP_SUMMARY)|ACTIONS_(RUNTIME|CACHE|RESULTS|ID_TOKEN).*|INPUT_.*|CI_JOB_TOKEN|GIT_.*)$/

/** `open`: like any CI step, but without the providers' keys. `narrow`: for agents and for checks of what they wrote. */
export type Openness = 'open' | 'narrow'

export function inheritedEnvironment(world: StepWorld, openness: Openness): Readonly<Record<string, string>> {
  const known = memo.get(world) ?? {}
  memo.set(world, known)
  return (known[openness] ??= passedOn(world, openness))
}

/** The same for every attempt of a run. */
const memo = new WeakMap<StepWorld, Partial<Record<Openness, Readonly<Record<string, string>>>>>()

function passedOn(world: StepWorld, openness: Openness): Record<string, string> {
  const keys = new Set([...world.pipeline.providers.values()].map((provider) => provider.apiKeyEnv))
  const entries = Object.entries(world.environment).filter(([name]) => {
    if (openness === 'narrow' || !world.trusted) return HARMLESS.has(name) || name.startsWith('LC_')
    return !keys.has(name) && !STEERING.test(name)
  })
  return Object.fromEntries(entries)
}

/** The whole environment of a step's commands: what is inherited, the pipeline's `env`, `extra`, the step's `env`, ours. */
export function stepEnvironment(
  world: StepWorld,
  task: AttemptTask,
  openness: Openness,
  extra: Readonly<Record<string, Template>> = {},
): Result<Record<string, string>, string> {
  const own: Record<string, string> = {}
  for (const [name, template] of Object.entries({ ...extra, ...task.step.env })) {
    const rendered = renderText(world, task, template)
    if (!rendered.ok) return { ok: false, error: `\`env.${name}\` of \`${task.step.id}\` cannot be evaluated: ${rendered.error}` }
    own[name] = rendered.value
  }
  const shared = Object.fromEntries(Object.entries(task.scope.contexts.env as Readonly<Record<string, string>>))
  const ours = { ORCH_RUN_ID: task.run, ORCH_STEP: task.step.id, ORCH_NODE: task.node, ORCH_ATTEMPT: String(task.attempt) }
  return ok({ ...inheritedEnvironment(world, openness), ...shared, ...own, ...ours })
}

/** A template as text, in the scope of the attempt and with the step's own `env` left out. */
export function renderText(world: StepWorld, task: AttemptTask, template: Template): Result<string, string> {
  return world.expressions ? world.expressions.text(template, task.scope) : ok(template)
}
