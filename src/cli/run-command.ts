import { usdToPico } from '../base/money.ts'
import { createRedactor } from '../base/redact.ts'
import { loadExpressions } from '../pipeline/expression-load.ts'
import type { Expressions } from '../pipeline/expression.ts'
import type { Pipeline, StepSpec } from '../pipeline/pipeline.ts'
import { buildPlan } from '../plan/build.ts'
import { emptyRun } from '../run/lay.ts'
import { openRun } from '../run/open.ts'
import { createOutlook } from '../run/outlook.ts'
import type { Outlook } from '../run/next.ts'
import type { ResumePlan } from '../run/resume.ts'
import type { Run } from '../run/run.ts'
import { pipelineFiles } from './base-branch.ts'
import { choiceOf, chosenSteps, withoutOthers } from './chosen-steps.ts'
import { factsOf, readGithub } from './facts.ts'
import { givenInputs } from './given-inputs.ts'
import { keepCalled } from './kept-pipelines.ts'
import { loadPipeline } from './load-pipeline.ts'
import type { LoadedPipeline } from './load-pipeline.ts'
import { lostOf } from './lost-of.ts'
import { readNamedFiles } from './named-files.ts'
import { performRun } from './perform-run.ts'
import { environment, realPorts } from './ports.ts'
import { preflight } from './preflight.ts'
import type { RunOptions } from './run-options.ts'
import { createRunSandboxes } from './run-sandboxes.ts'
import { hiddenValues, namedSecrets } from './secrets.ts'
import { catchSignals } from './signals.ts'
import { orStop } from './stop.ts'
import { chosenRunId, stateStore, unwrap } from './store.ts'
import { runToTakeUp, takeUp } from './take-up.ts'
import { admit } from './untrusted.ts'
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
  const github = await readGithub(ports.files, env)
  const sources = await pipelineFiles(ports, cwd, github)
  const loaded = await loadPipeline(sources, file, cwd)
  const inputs = await givenInputs(ports.files, loaded.pipeline, options, cwd)
  const wanted = overrule(await readNamedFiles(sources, loaded.pipeline, cwd), options)
  const chosen = chosenSteps(wanted, options)
  const id = chosenRunId(ports, options.runId)
  const sandboxes = createRunSandboxes(ports, env, { run: id, cwd, stateDir: options.stateDir })
  const { pipeline: named, trusted } = await admit(github, wanted, withoutOthers(wanted, chosen), sandboxes)
  const store = await stateStore(ports, cwd, options.stateDir)
  const source = options.from === undefined ? undefined : await runToTakeUp(store, named.steps, named.file, options.from)
  const pipeline = source?.base && options.base === undefined ? overrule(named, { base: source.base.commit }) : named
  const readiness = await preflight(ports, withoutOthers(pipeline, chosen), { ...options, run: id }, env, cwd)
  const secrets = namedSecrets(textOf(loaded, pipeline), env)
  const hidden = hiddenValues(pipeline, secrets, inputs, env)
  const facts = factsOf(github, readiness, inputs, trusted ? secrets : {})
  const expressions = await expressionsOf(loaded, pipeline)
  const plan = buildPlan(pipeline, chosen)
  const known = createRedactor(hidden).json(inputs)
  const lost = source ? await lostOf(ports, source, cwd) : undefined
  const outlookOf = (run: Run): Outlook => createOutlook({ plan, facts, expressions, clock: ports.clock, concurrency: 1, lost }, run)
  const taken = source && options.from !== undefined ? takeUp(plan, source, known, outlookOf, options.from) : undefined
  if (source) process.stderr.write(`takes up the run \`${source.id}\`\n`)
  tellAgain(taken?.again ?? [])
  const signals = catchSignals()
  const folder = unwrap(await store.createRun(id, loaded.text))
  try {
    await keepCalled(ports.files, folder, loaded.called)
    const first = openRun(plan, id, known, readiness.base, choiceOf(options))
    return await performRun({ ports, env, cwd, plan, run: emptyRun(id), first: [first], facts, earlier: taken?.earlier, expressions, readiness, sandboxes, trusted, hidden, folder, options, signals })
  } finally {
    await folder.close()
    signals.stop()
  }
}

/** What is performed again, and why. */
export function tellAgain(again: ResumePlan['again']): void {
  for (const { node, reason } of again) process.stderr.write(`runs \`${node}\`: ${reason}\n`)
}

/** What the command line says stands above what the file says. */
export function overrule(pipeline: Pipeline, options: Pick<RunOptions, 'budgetUsd' | 'base' | 'autonomy'>): Pipeline {
  const budget = options.budgetUsd === undefined ? pipeline.limits.budget : usdToPico(options.budgetUsd)
  const base = options.base ?? pipeline.workspace.base
  const autonomy = options.autonomy ?? pipeline.autonomy
  return { ...pipeline, autonomy, limits: { ...pipeline.limits, budget }, workspace: { ...pipeline.workspace, base } }
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
  const needed = textOf(loaded, pipeline).includes('${{') || stepsOf(pipeline).some((step) => step.if !== undefined || step.kind === 'tasks')
  return needed ? loadExpressions() : undefined
}

