import { resolve } from 'node:path'
import type { Files } from '../base/ports.ts'
import { detectChecks } from '../check/detect.ts'
import { display } from '../document/display.ts'
import type { Pipeline } from '../pipeline/pipeline.ts'
import { buildPlan } from '../plan/build.ts'
import type { KnownInputs } from '../plan/known.ts'
import { preview } from '../plan/preview.ts'
import type { Preview } from '../plan/preview.ts'
import { complain } from './complain.ts'
import { EXIT } from './exit-code.ts'
import { givenInputs } from './given-inputs.ts'
import { loadPipeline } from './load-pipeline.ts'
import { readNamedFiles } from './named-files.ts'
import { planDot } from './plan-dot.ts'
import { planJson } from './plan-json.ts'
import { planMermaid } from './plan-mermaid.ts'
import { modelPrices, planRates } from './plan-rates.ts'
import { planText } from './plan-text.ts'
import { environment, realPorts } from './ports.ts'
import { expressionsOf, overrule } from './run-command.ts'
import type { RunOptions } from './run-options.ts'
import { orStop } from './stop.ts'

/** The forms of a plan: one line each. */
const FORMATS = { text: planText, json: planJson, mermaid: planMermaid, dot: planDot } as const

type PlanOptions = Pick<RunOptions, 'input' | 'inputsFile' | 'budgetUsd'> & { readonly format: keyof typeof FORMATS }

/**
 * What would run, in which order, where, by whom and at which cost. Calls no model, starts nothing and writes no file. What a
 * run would be refused for is told after the plan, with exit code 2.
 */
export async function planCommand(file: string, options: PlanOptions): Promise<number> {
  return orStop(async () => {
    const told = await look(file, options)
    process.stdout.write(FORMATS[options.format](told))
    for (const { message, help } of told.refusals) complain(display(message, 2000), help === undefined ? undefined : display(help, 2000))
    return told.refusals.length === 0 ? EXIT.passed : EXIT.invalid
  })
}

async function look(file: string, options: PlanOptions): Promise<Preview> {
  const ports = realPorts(environment())
  const cwd = process.cwd()
  const loaded = await loadPipeline(ports.files, file, cwd)
  const { inputs, missing } = await inputsAtHand(ports.files, loaded.pipeline, options, cwd)
  const pipeline = overrule(await readNamedFiles(ports.files, loaded.pipeline, cwd), options)
  const expressions = await expressionsOf(loaded, pipeline)
  const detected = await detectChecks(ports.files, resolve(cwd))
  return preview(buildPlan(pipeline), {
    expressions, inputs, missing, detected, ratesOf: (called) => planRates(ports, called), priceOf: (called, model) => modelPrices(called)(model),
  })
}

/** Inputs that do not fit are refused as in a run; required ones that were not given are unknown, and secret ones are not looked at. */
async function inputsAtHand(
  files: Files, pipeline: Pipeline, options: PlanOptions, cwd: string,
): Promise<{ inputs: KnownInputs; missing: readonly string[] }> {
  const optional = new Map([...pipeline.inputs].map(([name, spec]) => [name, { ...spec, required: false }]))
  const values = await givenInputs(files, { ...pipeline, inputs: optional }, options, cwd)
  const specs = [...pipeline.inputs.values()]
  const missing = specs.filter(({ name, required }) => required && values[name] === null).map(({ name }) => name)
  const hidden = specs.filter(({ secret }) => secret).map(({ name }) => name)
  return { inputs: { values, unknown: [...new Set([...missing, ...hidden])] }, missing }
}
