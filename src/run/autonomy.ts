import type { Autonomy, StepSpec } from '../pipeline/pipeline.ts'
import { AUTONOMIES } from '../pipeline/words.ts'
import type { AttemptResult, StepKind } from './contract.ts'
import type { Gate } from './gate.ts'

/** Why a person is asked before a step starts; undefined where nobody is. */
export function gateBefore(autonomy: Autonomy, step: StepSpec, kind: StepKind | undefined): Gate | undefined {
  if (autonomy === 'supervised' && kind?.delivers === true) return { reason: 'delivery', question: `may \`${step.id}\` deliver?` }
  if (autonomy !== 'full' && step.risk === 'high') return { reason: 'risk', question: `may \`${step.id}\` start? its risk is high` }
  return undefined
}

/** Why a person is asked before others build on what a step changed. */
export function gateAfter(autonomy: Autonomy, step: StepSpec, kind: StepKind | undefined, { filesChanged = [], model }: AttemptResult): Gate | undefined {
  if (autonomy !== 'manual' || kind?.byAgents !== true || filesChanged.length === 0) return undefined
  // A merge in which no agent had a part holds nothing that nobody was asked about.
  if (step.kind === 'merge' && (model ?? null) === null) return undefined
  const [first = ''] = filesChanged
  const told = filesChanged.length === 1 ? `\`${first}\`` : `${filesChanged.length} files`
  return { reason: 'change', question: `may other steps build on what \`${step.id}\` changed in ${told}?` }
}

/** Whether what is asked would still be asked with this autonomy. */
export function isStillAsked(autonomy: Autonomy, step: StepSpec, { reason }: Gate): boolean {
  switch (reason) {
    case 'risk': return autonomy !== 'full' && step.risk === 'high'
    case 'delivery': return autonomy === 'supervised'
    case 'change': return autonomy === 'manual'
  }
}

/** The one that leaves more to people. */
export function stricter(one: Autonomy, other: Autonomy): Autonomy {
  return AUTONOMIES.indexOf(one) > AUTONOMIES.indexOf(other) ? one : other
}
