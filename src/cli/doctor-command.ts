import { resolve } from 'node:path'
import type { Ports } from '../base/ports.ts'
import type { Pipeline } from '../pipeline/pipeline.ts'
import { plainLine } from '../ui/plain.ts'
import { keyFindings, programFindings, sandboxFinding } from './doctor/agents.ts'
import type { Finding } from './doctor/finding.ts'
import { lacking, ready } from './doctor/finding.ts'
import { gitFinding, nodeFinding, stateFinding } from './doctor/place.ts'
import { toolServerFindings } from './doctor/tool-servers.ts'
import { EXIT } from './exit-code.ts'
import { findForge } from './find-forge.ts'
import { loadPipeline } from './load-pipeline.ts'
import { environment, realPorts } from './ports.ts'
import { orStop } from './stop.ts'

interface DoctorOptions {
  readonly json?: boolean
  readonly stateDir: string
}

/** What is ready here and what is not, for a pipeline or in general, and how to mend it. No model is called, no key is shown. */
export async function doctorCommand(file: string | undefined, options: DoctorOptions): Promise<number> {
  return orStop(async () => {
    const env = environment()
    const ports = realPorts(env)
    const cwd = process.cwd()
    const pipeline = file === undefined ? undefined : (await loadPipeline(ports.files, file, cwd)).pipeline
    const findings = await examine(ports, env, cwd, options.stateDir, pipeline)
    process.stdout.write(options.json === true ? `${JSON.stringify(findings, undefined, 2)}\n` : told(findings))
    return findings.some(({ state }) => state === 'missing') ? EXIT.notReady : EXIT.passed
  })
}

async function examine(ports: Ports, env: Readonly<Record<string, string>>, cwd: string, stateDir: string, pipeline: Pipeline | undefined): Promise<Finding[]> {
  const folder = resolve(cwd, stateDir)
  const steps = pipeline ? [...pipeline.steps.values()] : []
  const needsGit = pipeline === undefined || steps.some(({ kind, workspace }) => workspace === 'worktree' || kind === 'agent' || kind === 'merge' || kind === 'deliver')
  const needsForge = steps.some((step) => step.kind === 'deliver' && step.if === undefined && (step.pullRequest !== undefined || step.comment !== undefined))
  // One after the other: both look at the state folder, which one of them may remove again.
  const state = await stateFinding(ports, folder)
  const sandbox = await sandboxFinding(ports, env, cwd, stateDir, pipeline)
  return [
    nodeFinding(), await gitFinding(ports, cwd, folder, needsGit), state, sandbox,
    ...keyFindings(env, pipeline), ...(await programFindings(ports, env, pipeline)), ...(await toolServerFindings(ports, env, pipeline)), await forgeFinding(ports, env, cwd, needsForge),
  ]
}

async function forgeFinding(ports: Ports, env: Readonly<Record<string, string>>, cwd: string, isNeeded: boolean): Promise<Finding> {
  const found = await findForge(ports.git, await ports.git.inspect(cwd).catch(() => undefined), env)
  return 'missing' in found ? lacking('github', found.message, found.help, isNeeded) : ready('github', `${found.name} at ${found.server}`)
}

const MARKS = { ready: '✔', missing: '✖', optional: '·' } as const

function told(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ name }) => name.length))
  const lines = findings.flatMap(({ name, state, detail, help }) =>
    [`${MARKS[state]} ${name.padEnd(width)}  ${plainLine(detail)}`, ...(help === null ? [] : [`  ${' '.repeat(width)}  → ${plainLine(help)}`])])
  const missing = findings.filter(({ state }) => state === 'missing').length
  return `${[...lines, '', missing === 0 ? 'nothing that is needed is missing' : `${missing} missing`].join('\n')}\n`
}
