import type { Diagnostic } from '../document/diagnostic.ts'
import type { DocumentNode, DocumentPath, Pair, ScalarNode } from '../document/document.ts'
import { report } from '../document/report.ts'
import type { TemplateSite } from './expression-check.ts'
import { pairsOf } from './fields.ts'
import { isPosix } from './meaning/shell.ts'
import { createScopes } from './scopes.ts'
import type { Survey } from './survey.ts'
import { hasExpression } from './template.ts'

export interface Sites {
  readonly sites: readonly TemplateSite[]
  /** Expressions where none is evaluated. */
  readonly stray: readonly Diagnostic[]
}

/** Every text of the document that holds an expression, with what it may name where it stands. */
export function findSites(survey: Survey): Sites {
  const { document } = survey
  const scopes = createScopes(survey)
  const sites: TemplateSite[] = []
  const stray: Diagnostic[] = []
  for (const { key, value } of pairsOf(survey.root)) {
    if (key.startsWith('x-')) continue
    for (const { node, path } of scalars(value, [key])) {
      if (typeof node.value !== 'string' || !(hasExpression(node.value) || isCondition(path))) continue
      const form = formAt(survey, path)
      if (form === undefined) stray.push(strayExpression(survey, node))
      else sites.push({ document, node, form, names: scopes.namesAt(path) })
    }
  }
  return { sites, stray }
}

/** All scalars below a node with their paths: a loop, since lists may be deep. */
function scalars(start: DocumentNode, path: DocumentPath): { node: ScalarNode; path: DocumentPath }[] {
  const found: { node: ScalarNode; path: DocumentPath }[] = []
  const open: { node: DocumentNode; path: DocumentPath }[] = [{ node: start, path }]
  for (let at = open.pop(); at; at = open.pop()) {
    const { node, path } = at
    if (node.kind === 'scalar') found.push({ node, path })
    else if (node.kind === 'sequence') for (const [index, item] of node.items.entries()) open.push({ node: item, path: [...path, index] })
    else for (const pair of node.pairs.values() as Iterable<Pair>) open.push({ node: pair.value, path: [...path, pair.key] })
  }
  return found
}

function isCondition(path: DocumentPath): boolean {
  return path.length === 3 && path[0] === 'steps' && path[2] === 'if'
}

/** How a text is read where it stands; undefined where an expression means nothing. */
function formAt(survey: Survey, path: DocumentPath): TemplateSite['form'] | undefined {
  const [top, name, key] = path
  switch (String(top)) {
    case 'env': case 'outputs':
      return path.length === 2 ? 'template' : undefined
    case 'mcp':
      return (key === 'env' || key === 'headers') && path.length === 4 ? 'template' : undefined
    case 'agents':
      return key === 'env' && path.length === 4 ? 'template' : undefined
    case 'checks':
      return key === 'run' && path.length === 3 ? 'script' : undefined
    case 'workspace':
      return name === 'setup' && path.length === 2 ? 'script' : undefined
    case 'steps':
      return stepForm(survey, path)
    default:
      return undefined
  }
}

function stepForm(survey: Survey, path: DocumentPath): TemplateSite['form'] | undefined {
  const [, id, key, inner] = path
  const step = survey.steps.get(String(id))
  if (path.length === 4 && (key === 'env' || (key === 'matrix' && inner !== 'include' && inner !== 'exclude'))) return 'template'
  if (key === 'with' && path.length > 3) return 'template'
  if (key === 'deliver' && (path.length === 4 || (inner === 'pull_request' && path.length === 5))) return 'template'
  if (path.length !== 3) return undefined
  if (key === 'if') return 'condition'
  if (key === 'run') return step && !isPosix(step) ? 'template' : 'script'
  return key === 'prompt' || key === 'approve' || key === 'name' || key === 'matrix' || key === 'tasks' ? 'template' : undefined
}

const PLACES =
  'expressions stand in `run`, `prompt`, `approve`, `env`, `with`, `if`, `matrix` and `tasks` (for a whole list), `name`, `deliver`, `outputs`, ' +
  'the `run` of a check and `workspace.setup`'

function strayExpression({ document }: Survey, node: ScalarNode): Diagnostic {
  return report(document, node.span, 'stray-expression', 'error', 'nothing evaluates an expression here', { help: PLACES })
}
