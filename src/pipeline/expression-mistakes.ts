import type { Diagnostic } from '../document/diagnostic.ts'
import { report } from '../document/report.ts'
import type { checkSite as CheckSite, TemplateSite } from './expression-check.ts'
import type { Expressions } from './expression.ts'
import { findSites } from './sites.ts'
import type { Survey } from './survey.ts'
import { unreachableSteps } from './unreachable.ts'

/** So many mistakes in expressions are enough for one reading; every one is compared with all names of the pipeline. */
const MOST_TOLD = 200

/** What is wrong with the expressions of a document, and steps that none of them lets run. The library is loaded only where it is needed. */
export async function expressionMistakes(survey: Survey, loaded: Expressions | undefined): Promise<readonly Diagnostic[]> {
  const { sites, stray } = findSites(survey)
  if (sites.length === 0) return [...stray, ...unreachableSteps(survey, undefined)]
  const { checkSite, expressions } = await loadChecking(loaded)
  const inOrder = sites.toSorted((one, other) => one.node.span.start - other.node.span.start)
  const found: Diagnostic[] = [...stray]
  for (const [at, site] of inOrder.entries()) {
    if (found.length >= MOST_TOLD) {
      found.push(notChecked(site, inOrder.length - at))
      break
    }
    found.push(...checkSite(site, expressions))
  }
  return [...found, ...unreachableSteps(survey, expressions)]
}

/** The checking of expressions and their language. */
export async function loadChecking(loaded: Expressions | undefined): Promise<{ checkSite: typeof CheckSite; expressions: Expressions }> {
  const [{ checkSite }, { loadExpressions }] = await Promise.all([import('./expression-check.ts'), import('./expression-load.ts')])
  return { checkSite, expressions: loaded ?? (await loadExpressions()) }
}

function notChecked({ document, node }: TemplateSite, left: number): Diagnostic {
  const message = `there are more than ${MOST_TOLD} mistakes in expressions, ${left === 1 ? 'the one text' : `the ${left} texts`} from here on with \`\${{ }}\` are not checked`
  return report(document, node.span, 'too-many-mistakes', 'error', message, { help: 'mend the first ones and validate again' })
}
