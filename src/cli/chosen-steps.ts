import { nearest } from '../document/suggest.ts'
import type { Pipeline } from '../pipeline/pipeline.ts'
import { neededBy } from '../plan/reach.ts'
import type { Choice } from '../run/choice.ts'
import { EXIT } from './exit-code.ts'
import type { RunOptions } from './run-options.ts'
import { Stop } from './stop.ts'

type Options = Pick<RunOptions, 'only' | 'from' | 'autonomy'>

/** The steps that `--only` leaves; undefined: all of them. Throws `Stop` for a step that there is not. */
export function chosenSteps(pipeline: Pipeline, { only, from }: Pick<Options, 'only' | 'from'>): ReadonlySet<string> | undefined {
  for (const [option, step] of [['--only', only], ['--from', from]] as const) if (step !== undefined) requireStep(pipeline, step, option)
  return only === undefined ? undefined : neededBy(pipeline.steps, only)
}

function requireStep({ file, steps }: Pipeline, step: string, option: string): void {
  if (steps.has(step)) return
  const [whole = ''] = step.split('(')
  const near = steps.has(whole) ? whole : nearest(whole, steps.keys())
  const some = [...steps.keys()].slice(0, 20).map((id) => `\`${id}\``).join(', ')
  throw new Stop(EXIT.invalid, `\`${option} ${step}\` names no step of \`${file}\``, near === undefined ? `its steps: ${some}` : `did you mean \`${near}\`?`)
}

/** What a run keeps of these choices when it is resumed. */
export function choiceOf({ only, autonomy }: Options): Choice {
  return { ...(only === undefined ? {} : { only }), ...(autonomy === undefined ? {} : { autonomy }) }
}

/** The pipeline with the chosen steps and what these call: nothing that is needed by others alone has to be there. */
export function withoutOthers(pipeline: Pipeline, chosen: ReadonlySet<string> | undefined): Pipeline {
  if (chosen === undefined) return pipeline
  const steps = new Map([...pipeline.steps].filter(([id]) => chosen.has(id)))
  const called = new Set(calledBy({ ...pipeline, steps }))
  for (const file of called) for (const below of calledBy(pipeline.children.get(file))) called.add(below)
  return { ...pipeline, steps, children: new Map([...pipeline.children].filter(([file]) => called.has(file))) }
}

function calledBy(pipeline: Pipeline | undefined): string[] {
  return [...(pipeline?.steps.values() ?? [])].flatMap((step) => (step.kind === 'pipeline' ? [step.pipeline] : []))
}
