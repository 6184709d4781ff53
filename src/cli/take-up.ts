import type { JsonObject } from '../base/json.ts'
import type { Pipeline } from '../pipeline/pipeline.ts'
import { neededBy } from '../plan/reach.ts'
import type { Plan } from '../plan/plan.ts'
import type { Outlook } from '../run/next.ts'
import { planResume } from '../run/resume.ts'
import type { ResumePlan } from '../run/resume.ts'
import type { NodeState, Run } from '../run/run.ts'
import { changesOf } from '../run/settle.ts'
import type { Surroundings } from '../run/surroundings.ts'
import type { Store } from '../store/store.ts'
import { EXIT } from './exit-code.ts'
import { Stop } from './stop.ts'

/**
 * The latest run of the same file in which everything ended well that the step needs. Undefined where there is none and the step
 * needs nothing; throws `Stop` where there is none and it does.
 */
export async function runToTakeUp(store: Store, steps: Pipeline['steps'], file: string, from: string): Promise<Run | undefined> {
  const needed = [...neededBy(steps, from)].filter((step) => step !== from)
  for (const summary of await store.listRuns()) {
    if (summary.file !== file || summary.status === 'damaged') continue
    const read = await store.readRun(summary.id)
    if (read.ok && needed.every((step) => hasEndedWell(read.value.run, step))) return read.value.run
  }
  if (needed.length === 0) return undefined
  const missing = needed.map((step) => `\`${step}\``).join(', ')
  throw new Stop(EXIT.resumeRefused, `no run of \`${file}\` in the state folder has what \`${from}\` needs: ${missing}`, 'run it without `--from`')
}

function hasEndedWell(run: Run, step: string): boolean {
  const outcome = run.steps.get(step)?.outcome
  return outcome === 'passed' || (outcome === 'skipped' && !(run.steps.get(step)?.nodes ?? []).some((node) => run.nodes.get(node)?.skipped?.kind === 'unwanted'))
}

/** What of that run is taken over, and what is performed again and why. */
export interface TakenUp {
  readonly earlier: NonNullable<Surroundings['earlier']>
  readonly again: ResumePlan['again']
}

/** `inputs`: those of the new run, with their secrets masked. */
export function takeUp(plan: Plan, source: Run, inputs: JsonObject, outlookOf: (run: Run) => Outlook, from: string): TakenUp {
  const now: Run = { ...source, inputs }
  const { event, again } = planResume(plan, now, outlookOf(now), from)
  const kept = new Set(event.keep)
  return {
    again,
    earlier(id, print) {
      const node = kept.has(id) ? source.nodes.get(id) : undefined
      if (node?.status !== 'passed' || node.fingerprint !== print || isUnseen(plan, node)) return undefined
      const { exitCode, outputs, commit, filesChanged, model, checks } = node
      const carries = commit === null ? undefined : changesOf(source, node, commit)
      return { source: 'run', run: source.id, exitCode, outputs, commit, ...(carries ? { carries } : {}), filesChanged, model, checks }
    },
  }
}

/** A change that a person must see before others build on it. */
function isUnseen({ pipeline }: Plan, node: NodeState): boolean {
  return pipeline.autonomy === 'manual' && node.commit !== null && node.answer?.answer !== 'approved'
}
