import { usdToPico } from '../base/money.ts'
import { createRedactor } from '../base/redact.ts'
import { loadExpressions } from '../pipeline/expression-load.ts'
import type { Expressions } from '../pipeline/expression.ts'
import type { Pipeline, StepSpec } from '../pipeline/pipeline.ts'
import { buildPlan } from '../plan/build.ts'
import { emptyRun } from '../run/lay.ts'
import { openRun } from '../run/open.ts'
import { factsOf, readGithub, refuseUntrusted } from './facts.ts'
import { givenInputs } from './given-inputs.ts'
import { keepCalled } from './kept-pipelines.ts'
import { loadPipeline } from './load-pipeline.ts'
import type { LoadedPipeline } from './load-pipeline.ts'
import { readNamedFiles } from './named-files.ts'
import { performRun } from './perform-run.ts'
import { environment, realPorts } from './ports.ts'
import { preflight } from './preflight.ts'
import type { RunOptions } from './run-options.ts'
import { hiddenValues, namedSecrets } from './secrets.ts'
import { orStop } from './stop.ts'
import { chosenRunId, newRunFolder } from './store.ts'
import { wantedReports } from './write-reports.ts'

/** Runs a pipeline: everything that can be known is checked first, and then the first step starts. */
export async function runCommand(file: string, options: RunOptions): Promise<number> {
  return orStop(async () => run(file, options))
}

async function run(file: string, options: RunOptions): Promise<number> {
  const env = environment()
  const ports = realPorts(env)
  const cwd = process.cwd()
  wantedReports(options.report)
  const loaded = await loadPipeline(ports.files, file, cwd)
  const inputs = await givenInputs(ports.files, loaded.pipeline, options, cwd)
  const pipeline = overrule(await readNamedFiles(ports.files, loaded.pipeline, cwd), options)
  const id = chosenRunId(ports, options.runId)
  const github = await readGithub(ports.files, env)
  refuseUntrusted(github)
  const readiness = await preflight(ports, pipeline, { ...options, run: id }, env, cwd)
  const secrets = namedSecrets(textOf(loaded, pipeline), env)
  const hidden = hiddenValues(pipeline, secrets, inputs, env)
  const facts = factsOf(github, readiness, inputs, secrets)
  const expressions = await expressionsOf(loaded, pipeline)
  const folder = await newRunFolder(ports, cwd, options.stateDir, id, loaded.text)
  await keepCalled(ports.files, folder, loaded.called)
  const plan = buildPlan(pipeline)
  const first = openRun(plan, id, createRedactor(hidden).json(inputs), readiness.base)
  try {
    return await performRun({ ports, env, cwd, plan, run: emptyRun(id), first: [first], facts, expressions, readiness, hidden, folder, options })
  } finally {
    await folder.close()
  }
}

/** What the command line says stands above what the file says. */
export function overrule(pipeline: Pipeline, options: Pick<RunOptions, 'budgetUsd' | 'base'>): Pipeline {
  const budget = options.budgetUsd === undefined ? pipeline.limits.budget : usdToPico(options.budgetUsd)
  const base = options.base ?? pipeline.workspace.base
  return { ...pipeline, limits: { ...pipeline.limits, budget }, workspace: { ...pipeline.workspace, base } }
}

/** All texts in which an expression may stand: the file itself, those that it calls, and the prompts that they name. */
export function textOf({ text, called }: Pick<LoadedPipeline, 'text' | 'called'>, pipeline: Pipeline): string {
  const prompts = stepsOf(pipeline).map((step) => (step.kind === 'agent' && step.promptFile !== undefined ? (step.prompt ?? '') : ''))
  return [text, ...called.values(), ...prompts].join('\n')
}

function stepsOf(pipeline: Pipeline): StepSpec[] {
  return [pipeline, ...pipeline.children.values()].flatMap((one) => [...one.steps.values()])
}

/** The expression library is loaded only where something is to be evaluated. */
export async function expressionsOf(loaded: Pick<LoadedPipeline, 'text' | 'called'>, pipeline: Pipeline): Promise<Expressions | undefined> {
  const needed = textOf(loaded, pipeline).includes('${{') || stepsOf(pipeline).some((step) => step.if !== undefined)
  return needed ? loadExpressions() : undefined
}

