import { probePrograms } from '../../agent/program-stamp.ts'
import type { Ports } from '../../base/ports.ts'
import type { Pipeline } from '../../pipeline/pipeline.ts'
import { usedAgents } from '../../pipeline/involved.ts'
import { createRunSandboxes } from '../run-sandboxes.ts'
import type { Finding } from './finding.ts'
import { lacking, ready } from './finding.ts'

type Environment = Readonly<Record<string, string>>

/** What locks agents in, tried as a run would try it. */
export async function sandboxFinding(ports: Ports, env: Environment, cwd: string, stateDir: string, pipeline: Pipeline | undefined): Promise<Finding> {
  const sandboxes = createRunSandboxes(ports, env, { run: 'doctor', cwd, stateDir })
  try {
    const readiness = await sandboxes.readiness()
    const isNeeded = pipeline !== undefined && usedAgents(pipeline).some(({ sandbox }) => sandbox === 'require')
    return readiness.ok ? ready('sandbox', 'holds: a write and a connection were refused') : lacking('sandbox', readiness.reason, readiness.help, isNeeded)
  } finally {
    await sandboxes.close()
  }
}

/** Programs that can work in place of the built-in loop. */
export async function programFindings(ports: Ports, env: Environment, pipeline: Pipeline | undefined): Promise<Finding[]> {
  const used = new Set<string>(pipeline ? usedAgents(pipeline).map(({ executor }) => executor) : [])
  return (await probePrograms(ports, env)).map(({ name, program, path, version, install }) =>
    path === undefined ? lacking(name, `\`${program}\` is not on the PATH`, install, used.has(name)) : ready(name, version ?? path))
}

/** Keys of the providers: those of the pipeline, or the usual ones. */
export function keyFindings(env: Environment, pipeline: Pipeline | undefined): Finding[] {
  const used = pipeline && new Set(usedAgents(pipeline).flatMap((agent) => agent.candidates.map(({ provider }) => provider)))
  const wanted = pipeline
    ? [...pipeline.providers.values()].flatMap(({ name, apiKeyEnv }) => (apiKeyEnv === undefined ? [] : [{ name, variable: apiKeyEnv, isNeeded: used?.has(name) === true }]))
    : [{ name: 'anthropic', variable: 'ANTHROPIC_API_KEY', isNeeded: false }, { name: 'openai', variable: 'OPENAI_API_KEY', isNeeded: false }]
  return wanted.map(({ name, variable, isNeeded }) =>
    (env[variable] ?? '') === '' ? lacking(`key of ${name}`, `${variable} is not set`, `set the environment variable ${variable}`, isNeeded) : ready(`key of ${name}`, `${variable} is set`))
}
