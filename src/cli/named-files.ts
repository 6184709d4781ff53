import { dirname, resolve } from 'node:path'
import { PortError } from '../base/ports.ts'
import type { Files } from '../base/ports.ts'
import type { AgentSpec, Pipeline, StepSpec } from '../pipeline/pipeline.ts'
import { EXIT } from './exit-code.ts'
import { Stop } from './stop.ts'

/**
 * The pipeline, and those that it calls, with the texts of the files that they name in place of the names. Throws `Stop` when
 * one is missing.
 */
export async function readNamedFiles(files: Files, pipeline: Pipeline, cwd: string): Promise<Pipeline> {
  const children = new Map<string, Pipeline>()
  for (const [file, child] of pipeline.children) children.set(file, { ...(await readOwn(files, child, cwd)), children })
  return { ...(await readOwn(files, pipeline, cwd)), children }
}

async function readOwn(files: Files, pipeline: Pipeline, cwd: string): Promise<Pipeline> {
  const folder = dirname(resolve(cwd, pipeline.file))
  const missing: string[] = []
  const read = async (path: string, by: string): Promise<string> => {
    try {
      return await files.read(resolve(folder, path))
    } catch (error) {
      if (!(error instanceof PortError)) throw error
      missing.push(`the file \`${path}\`, named by ${by}, cannot be read: ${error.message}`)
      return ''
    }
  }
  const agents = new Map<string, AgentSpec>()
  for (const [name, agent] of pipeline.agents) {
    const file = agent.instructionsFile
    agents.set(name, file === undefined ? agent : { ...agent, instructions: await read(file, `the agent \`${name}\``) })
  }
  const steps = new Map<string, StepSpec>()
  for (const [id, step] of pipeline.steps) {
    const file = step.kind === 'agent' ? step.promptFile : undefined
    steps.set(id, step.kind !== 'agent' || file === undefined ? step : { ...step, prompt: await read(file, `the step \`${id}\``) })
  }
  if (missing.length > 0) throw new Stop(EXIT.notReady, missing.join('\nerror: '), 'paths are relative to the folder of the pipeline')
  return { ...pipeline, agents, steps }
}
