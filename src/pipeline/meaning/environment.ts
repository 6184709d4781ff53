import type { Diagnostic } from '../../document/diagnostic.ts'
import { report } from '../../document/report.ts'
import { field, pairsOf } from '../fields.ts'
import { quoted } from '../phrase.ts'
import type { Survey } from '../survey.ts'

/** Variables that every script gets from the runner. */
const OURS = /^ORCH_(OUTPUT|RUN_ID|STEP|NODE|ATTEMPT|EXPR_\d+)$/

/** Variables that are overwritten before anybody could read them. */
export function environmentMistakes({ document, root, steps, agents }: Survey): Diagnostic[] {
  const holders = [root, ...[...steps.values()].map((step) => step.node), ...[...(agents?.values() ?? [])].map((pair) => pair.value)]
  return holders.flatMap((holder) => pairsOf(field(holder, 'env')).filter(({ key }) => OURS.test(key)).map(({ key, keySpan }) =>
    report(document, keySpan, 'reserved-variable', 'error', `the variable ${quoted(key)} is set by the runner`, { help: 'give it another name' })))
}
