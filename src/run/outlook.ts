import type { Json } from '../base/json.ts'
import { err, ok } from '../base/result.ts'
import { dynamicCells } from '../plan/build.ts'
import { scopeOf } from './contexts.ts'
import { needsSucceeded } from './next.ts'
import type { Outlook } from './next.ts'
import type { Run } from './run.ts'
import type { Surroundings } from './surroundings.ts'

const NOTHING: ReadonlySet<string> = new Set()

/** What the decisions depend on beside plan and run, taken from the engine's surroundings. */
export function createOutlook(world: Pick<Surroundings, 'plan' | 'facts' | 'expressions' | 'clock' | 'concurrency' | 'lost' | 'family'>, run: Run): Outlook {
  const { plan, facts, expressions, clock, concurrency, family, lost = NOTHING } = world
  return {
    now: clock.now(),
    concurrency,
    lost,
    elsewhere: (agent) => family?.elsewhere(run, agent) ?? 0,
    condition({ spec }, matrix) {
      if (spec.if === undefined) return ok(needsSucceeded(run, spec.id))
      if (!expressions) return err('the expressions of this pipeline are not loaded')
      const judged = expressions.condition(spec.if, scopeOf(plan, run, facts, expressions, { step: spec.id, matrix, attempt: 1 }))
      return judged.ok ? judged : err(`the condition of \`${spec.id}\` cannot be evaluated: ${judged.error}`)
    },
    cells({ spec }) {
      if (!spec.matrix || !expressions) return ok([])
      const scope = scopeOf(plan, run, facts, expressions, { step: spec.id, matrix: null, attempt: 1 })
      let fault: string | undefined
      const cells = dynamicCells(spec.matrix, (source): Json => {
        const value = expressions.evaluate(source, scope)
        if (value.ok) return value.value
        fault ??= value.error
        return []
      })
      if (fault !== undefined) return err(`the matrix of \`${spec.id}\` cannot be evaluated: ${fault}`)
      return typeof cells === 'string' ? err(cells) : ok(cells)
    },
  }
}
