import { canonical } from '../../base/json.ts'
import type { Diagnostic } from '../../document/diagnostic.ts'
import type { DocumentNode, MappingNode, Pair } from '../../document/document.ts'
import { report } from '../../document/report.ts'
import { nearest } from '../../document/suggest.ts'
import { toValue } from '../../document/value.ts'
import { field, itemsOf, mentionOf, pairsOf } from '../fields.ts'
import { LIST_EXPRESSION } from '../patterns.ts'
import { didYouMean, quoted } from '../phrase.ts'
import type { StepView, Survey } from '../survey.ts'
import { conditionExpression } from '../template.ts'
import { MOST_NODES } from '../words.ts'

const WHOLE = new RegExp(LIST_EXPRESSION, 'u')

/** Matrices that are no lists, name what they do not have, or hold nothing or too much; and plans of too many nodes. */
export function matrixMistakes(survey: Survey): Diagnostic[] {
  let nodes = 0
  const found = [...survey.steps.values()].flatMap((step) => {
    const matrix = field(step.node, 'matrix')
    const cells = countNodes(step)
    if (cells <= MOST_NODES) nodes += cells
    if (!matrix) return []
    return [...expressionMistakes(survey, matrix), ...(matrix.kind === 'mapping' ? tableMistakes(survey, step, matrix, cells) : [])]
  })
  const steps = survey.root.pairs.get('steps')
  if (nodes <= MOST_NODES || !steps) return found
  const message = `the steps make ${nodes} nodes, a plan holds at most 10,000`
  return [...found, report(survey.document, steps.keySpan, 'too-many-nodes', 'error', message)]
}

/** How many nodes a step makes, as far as that can be known. */
export function countNodes({ node }: StepView): number {
  const matrix = field(node, 'matrix')
  return matrix?.kind === 'mapping' ? countCells(matrix) : 1
}

/** The dimensions of a matrix: all keys but the two that change its cells. */
export function dimensionsOf(matrix: MappingNode): Pair[] {
  return pairsOf(matrix).filter(({ key }) => key !== 'include' && key !== 'exclude')
}

/** How many cells the lists make, or that are added where there is none; a dimension that is not known yet counts once. */
function countCells(matrix: MappingNode): number {
  const dimensions = dimensionsOf(matrix)
  if (dimensions.length === 0) return itemsOf(field(matrix, 'include')).length
  return dimensions.reduce((product, { value }) => product * (value.kind === 'sequence' ? value.items.length : 1), 1)
}

function expressionMistakes({ document }: Survey, matrix: DocumentNode): Diagnostic[] {
  const nodes = matrix.kind === 'mapping' ? dimensionsOf(matrix).map((pair) => pair.value) : [matrix]
  return nodes.flatMap((node) => {
    const text = mentionOf(node)?.name
    if (text === undefined || !WHOLE.test(text) || conditionExpression(text)) return []
    return [report(document, node.span, 'bad-matrix', 'error', 'a matrix is given by one expression, this text holds more than that')]
  })
}

function tableMistakes(survey: Survey, step: StepView, matrix: MappingNode, cells: number): Diagnostic[] {
  const { document } = survey
  const whose = `the matrix of step ${quoted(step.id)}`
  if (cells > MOST_NODES || itemsOf(field(matrix, 'include')).length > MOST_NODES) {
    const span = step.node.pairs.get('matrix')?.keySpan ?? matrix.span
    return [report(document, span, 'too-many-nodes', 'error', `${whose} makes ${told(cells)} nodes, a plan holds at most 10,000`)]
  }
  const unknown = unknownDimensions(survey, matrix, whose)
  if (unknown.length > 0 || !leavesNothing(matrix)) return unknown
  return [report(document, matrix.span, 'empty-value', 'error', `${whose} has no cell left: \`exclude\` takes them all`)]
}

function told(cells: number): string {
  return cells > 1e15 ? 'more than 10^15' : cells.toLocaleString('en-US')
}

function unknownDimensions({ document }: Survey, matrix: MappingNode, whose: string): Diagnostic[] {
  const known = dimensionsOf(matrix).map((pair) => pair.key)
  return itemsOf(field(matrix, 'exclude')).flatMap((cell) =>
    pairsOf(cell).filter(({ key }) => !known.includes(key)).map(({ key, keySpan }) =>
      report(document, keySpan, 'unknown-dimension', 'error', `${whose} excludes by ${quoted(key)}, which is none of its lists`, {
        help: didYouMean(nearest(key, known)),
      })))
}

/** So many comparisons of cells with exclusions are made before a run; what they would show, the run tells otherwise. */
const MOST_COMPARED = 1_000_000

/** Whether the exclusions take every combination and nothing is added. */
function leavesNothing(matrix: MappingNode): boolean {
  const patterns = itemsOf(field(matrix, 'exclude')).map(textsOf)
  const dimensions = dimensionsOf(matrix)
  if (patterns.length === 0 || itemsOf(field(matrix, 'include')).length > 0) return false
  if (dimensions.some(({ value }) => value.kind !== 'sequence')) return false
  if (countCells(matrix) * patterns.length > MOST_COMPARED) return false
  let cells: ReadonlyMap<string, string>[] = [new Map()]
  for (const { key, value } of dimensions) {
    const values = itemsOf(value).map((item) => canonical(toValue(item)))
    cells = cells.flatMap((cell) => values.map((one) => new Map([...cell, [key, one]])))
  }
  return cells.length > 0 && cells.every((cell) => patterns.some((pattern) => pattern.every(([key, value]) => cell.get(key) === value)))
}

/** What a cell asks of each dimension, as comparable texts. */
function textsOf(cell: DocumentNode): (readonly [string, string])[] {
  return pairsOf(cell).map(({ key, value }) => [key, canonical(toValue(value))])
}
