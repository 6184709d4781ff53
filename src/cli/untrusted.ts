import type { JsonObject } from '../base/json.ts'
import { trustOf } from '../forge/trust.ts'
import type { Pipeline } from '../pipeline/pipeline.ts'
import { usedAgents } from '../pipeline/involved.ts'
import type { Sandboxes } from '../sandbox/sandbox.ts'
import { EXIT } from './exit-code.ts'
import { Stop } from './stop.ts'

/** Whether a run may have secrets and its agents may write, and the pipeline as it may run. */
export interface Admitted {
  readonly trusted: boolean
  readonly pipeline: Pipeline
}

/**
 * What whoever set the run off may have done. An event of a stranger runs only where a sandbox holds, with agents that can only
 * read. `used` is the part of the pipeline that runs. Stops where a sandbox is wanted, by the event or by an agent, and there is none.
 */
export async function admit(github: JsonObject, pipeline: Pipeline, used: Pipeline, sandboxes: Sandboxes): Promise<Admitted> {
  const trust = trustOf(github)
  if (trust === undefined || trust.trusted) {
    await requireSandbox(used, sandboxes)
    return { trusted: true, pipeline }
  }
  const readiness = await sandboxes.readiness()
  if (!readiness.ok) {
    const help = `let somebody with write access start the run, or provide a sandbox: ${readiness.help}`
    throw new Stop(EXIT.refused, `the event is untrusted: ${trust.reason}, and there is no sandbox to run it in: ${readiness.reason}`, help)
  }
  process.stderr.write(`warning: the event is untrusted: ${trust.reason}; agents are \`read-only\`, and nothing gets a secret\n`)
  return { trusted: false, pipeline: readOnly(pipeline) }
}

async function requireSandbox(pipeline: Pipeline, sandboxes: Sandboxes): Promise<void> {
  const demanding = [pipeline, ...pipeline.children.values()].flatMap(usedAgents).find((agent) => agent.sandbox === 'require')
  if (!demanding) return
  const readiness = await sandboxes.readiness()
  if (readiness.ok) return
  throw new Stop(EXIT.notReady, `the agent \`${demanding.name}\` requires a sandbox, and there is none: ${readiness.reason}`, readiness.help)
}

/** The same with every agent of it, and of what it calls, locked in and without a way to write. */
function readOnly(pipeline: Pipeline): Pipeline {
  const children = new Map<string, Pipeline>()
  for (const [file, child] of pipeline.children) children.set(file, { ...child, agents: harmless(child.agents), children })
  return { ...pipeline, agents: harmless(pipeline.agents), children }
}

function harmless(agents: Pipeline['agents']): Pipeline['agents'] {
  return new Map([...agents].map(([name, agent]) => [name, { ...agent, permissions: 'read-only', sandbox: 'require' }]))
}
