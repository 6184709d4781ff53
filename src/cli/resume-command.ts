import { resolve } from 'node:path'
import type { Files, Ports } from '../base/ports.ts'
import type { JsonObject } from '../base/json.ts'
import { buildPlan } from '../plan/build.ts'
import { createOutlook } from '../run/outlook.ts'
import { planResume } from '../run/resume.ts'
import type { Choice } from '../run/choice.ts'
import type { Run } from '../run/run.ts'
import type { Store } from '../store/store.ts'
import { resumeCommand as nextCommand } from '../report/next-command.ts'
import { reportFormats } from '../report/registry.ts'
import { pipelineFiles } from './base-branch.ts'
import { choiceOf, chosenSteps, withoutOthers } from './chosen-steps.ts'
import { EXIT } from './exit-code.ts'
import { factsOf, readGithub } from './facts.ts'
import { givenInputs } from './given-inputs.ts'
import { keepCalled, keptCalled } from './kept-pipelines.ts'
import { childReader, keptReader, loadPipeline, parsePipeline } from './load-pipeline.ts'
import { readNamedFiles } from './named-files.ts'
import { performRun } from './perform-run.ts'
import { environment, realPorts } from './ports.ts'
import { preflight } from './preflight.ts'
import { expressionsOf, overrule, tellAgain, textOf } from './run-command.ts'
import type { RunOptions } from './run-options.ts'
import { createRunSandboxes } from './run-sandboxes.ts'
import { hiddenValues, namedSecrets } from './secrets.ts'
import { catchSignals } from './signals.ts'
import type { Signals } from './signals.ts'
import { lostOf } from './lost-of.ts'
import { orStop, Stop } from './stop.ts'
import { stateStore, unwrap } from './store.ts'
import { admit } from './untrusted.ts'
import { wantedReports } from './write-reports.ts'

type ResumeOptions = RunOptions & { readonly frozen?: boolean; readonly acceptDamaged?: boolean }

/** Goes on with an unfinished run; one that passed is left as it is. */
export async function resumeCommand(named: string | undefined, options: ResumeOptions): Promise<number> {
  return orStop(async () => resume(named, options))
}

async function resume(named: string | undefined, options: ResumeOptions): Promise<number> {
  const env = environment()
  const ports = realPorts(env)
  const cwd = process.cwd()
  wantedReports(options.report)
  const store = await stateStore(ports, cwd, options.stateDir)
  const id = named ?? (await latestRun(store, options.from !== undefined))
  const signals = catchSignals()
  const { run, folder, warnings } = unwrap(await store.openRun(id, { acceptDamaged: options.acceptDamaged === true }))
  try {
    for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`)
    if (run.status === 'passed' && options.from === undefined && options.only === undefined) {
      process.stderr.write(`the run \`${id}\` has passed, there is nothing to do\n`)
      if (options.json === true) process.stdout.write(reportFormats.json(run, { resume: nextCommand(id, options.stateDir) }))
      return EXIT.passed
    }
    return await goOn({ ports, env, cwd, run, folder, options, signals })
  } finally {
    await folder.close()
    signals.stop()
  }
}

/** The latest run that did not pass; where there is none, the latest one at all: it has nothing left to do, but from a step on. */
async function latestRun(store: Store, isFrom: boolean): Promise<string> {
  const all = (await store.listRuns()).filter((run) => run.status !== 'running')
  const runs = all.filter((run) => run.status !== 'damaged')
  const found = (isFrom ? undefined : runs.find((run) => run.status !== 'passed')) ?? runs[0] ?? all[0]
  if (!found) throw new Stop(EXIT.invalid, 'there is no run to go on with', '`orch-run runs` lists the runs of this folder')
  return found.id
}

interface Going {
  readonly ports: Ports
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
  readonly run: Run
  readonly folder: Parameters<typeof performRun>[0]['folder']
  readonly options: ResumeOptions
  readonly signals: Signals
}

async function goOn({ ports, env, cwd, run, folder, options, signals }: Going): Promise<number> {
  const lost = await lostOf(ports, run, cwd)
  const github = await readGithub(ports.files, env)
  const sources = await pipelineFiles(ports, cwd, github)
  const loaded = await readAgain(sources, { ports, cwd, run, folder, options })
  const inputs = await knownInputs(ports, loaded.pipeline, run, options, cwd)
  const choice = choiceNow(run, options)
  const wanted = overrule(await readNamedFiles(sources, loaded.pipeline, cwd), { ...options, ...choice, ...(run.base ? { base: run.base.commit } : {}) })
  const chosen = chosenSteps(wanted, { ...options, ...choice })
  const sandboxes = createRunSandboxes(ports, env, { run: run.id, cwd, stateDir: options.stateDir })
  const { pipeline, trusted } = await admit(github, wanted, withoutOthers(wanted, chosen), sandboxes)
  const readiness = await preflight(ports, withoutOthers(pipeline, chosen), { ...options, run: run.id }, env, cwd)
  const secrets = namedSecrets(textOf(loaded, pipeline), env)
  const facts = factsOf(github, readiness, inputs, trusted ? secrets : {})
  const expressions = await expressionsOf(loaded, pipeline)
  const plan = buildPlan(pipeline, chosen)
  const { event, answers, again } = planResume(plan, run, createOutlook({ plan, facts, expressions, clock: ports.clock, concurrency: 1, lost }, run), options.from)
  tellAgain(again)
  if (options.frozen !== true) {
    await folder.savePipeline(loaded.text)
    await keepCalled(ports.files, folder, loaded.called)
  }
  const order = { ports, env, cwd, plan, run, first: [{ ...event, ...(Object.keys({ ...run.choice, ...choice }).length > 0 ? { choice } : {}) }, ...answers], facts, lost, expressions, readiness, sandboxes, trusted, hidden: hiddenValues(pipeline, secrets, inputs, env), folder, options, signals }
  return performRun(order)
}

/** What was chosen when the run began, unless something else is chosen now. `--from` alone means all that is below it. */
function choiceNow(run: Run, options: ResumeOptions): Choice {
  const { only, autonomy } = { ...run.choice, ...choiceOf(options) }
  return choiceOf({ ...(only === undefined || (options.from !== undefined && options.only === undefined) ? {} : { only }), ...(autonomy ? { autonomy } : {}) })
}

/** The pipeline as it is now; as it was run with `--frozen`, or when the file is gone. */
async function readAgain(files: Files, { ports, cwd, run, folder, options }: Omit<Going, 'env' | 'signals'>): ReturnType<typeof loadPipeline> {
  const isThere = (await files.stat(resolve(cwd, run.file))) !== undefined
  if (options.frozen !== true && isThere) return loadPipeline(files, run.file, cwd)
  if (!isThere) process.stderr.write(`warning: \`${run.file}\` is gone, the run goes on with the copy that was kept with it\n`)
  return parsePipeline(await folder.pipeline(), run.file, keptReader(await keptCalled(ports.files, folder)), childReader(files, cwd))
}

/** The inputs of the run; secret ones were never written down and must be given again. */
async function knownInputs(ports: Ports, pipeline: Parameters<typeof givenInputs>[1], run: Run, options: ResumeOptions, cwd: string): Promise<JsonObject> {
  const secret = [...pipeline.inputs.values()].filter((spec) => spec.secret && spec.name in run.inputs).map((spec) => spec.name)
  const names = options.input.map((pair) => pair.split('=')[0] ?? '')
  const foreign = names.find((name) => !secret.includes(name))
  if (foreign !== undefined) throw new Stop(EXIT.resumeRefused, `the input \`${foreign}\` cannot change in a run that has begun`, 'start a new run')
  const missing = secret.find((name) => !names.includes(name) && run.inputs[name] !== null)
  if (missing !== undefined) throw new Stop(EXIT.resumeRefused, `the secret input \`${missing}\` was not written down`, `give it again by \`-i ${missing}=…\``)
  if (secret.length === 0) return run.inputs
  const optional = new Map([...pipeline.inputs].map(([name, spec]) => [name, { ...spec, required: false }]))
  const given = await givenInputs(ports.files, { ...pipeline, inputs: optional }, { input: options.input }, cwd)
  return { ...run.inputs, ...Object.fromEntries(secret.map((name) => [name, given[name] ?? null])) }
}
