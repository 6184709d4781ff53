import type { Diagnostic, Related } from '../../document/diagnostic.ts'
import { placeOf } from '../../document/lines.ts'
import { report } from '../../document/report.ts'
import { calledFile } from '../called-file.ts'
import { findCycles } from '../cycle.ts'
import { quoted } from '../phrase.ts'
import { callsOf } from '../survey.ts'
import type { Survey } from '../survey.ts'
import { MOST_NODES } from '../words.ts'
import { countNodes } from './matrix.ts'

/** Pipelines that call each other in a cycle, too deep or too often: told once, for the pipeline that a run begins with. */
export function familyMistakes(root: Survey): Diagnostic[] {
  if (root.calls.length === 0) return []
  const family = familyOf(root)
  return family.cycles.length > 0 ? cycleMistakes(family) : sizeMistakes(root)
}

/** All files that can be reached from one, and what each of them calls. */
interface Family {
  readonly surveys: ReadonlyMap<string, Survey>
  readonly cycles: readonly (readonly string[])[]
}

function familyOf(root: Survey): Family {
  const surveys = new Map([[root.document.file, root]])
  const graph = new Map<string, readonly string[]>()
  for (const [file, survey] of surveys) {
    const children = callsOf(survey).flatMap(({ child }) => child ?? [])
    graph.set(file, children.map((child) => child.document.file))
    for (const child of children) surveys.set(child.document.file, child)
  }
  const selves = [...graph].flatMap(([file, called]) => (called.includes(file) ? [[file]] : []))
  const cycles = [...findCycles(graph), ...selves]
  return { surveys, cycles }
}

function cycleMistakes({ surveys, cycles }: Family): Diagnostic[] {
  return cycles.flatMap((cycle): Diagnostic[] => {
    const related = cycle.flatMap((file, at) => edgeOf(surveys.get(file), cycle[(at + 1) % cycle.length] ?? file))
    const [first] = related
    if (!first) return []
    const names = [...cycle, cycle[0] ?? ''].map(quoted)
    const message = cycle.length === 1 ? `the pipeline ${names[0]} calls itself` : `pipelines call each other in a cycle: ${names.join(' → ')}`
    const diagnostic: Diagnostic = { ...first, code: 'cycle', severity: 'error', message, help: 'leave one of these calls out' }
    return [cycle.length === 1 ? diagnostic : { ...diagnostic, related }]
  })
}

function edgeOf(from: Survey | undefined, to: string): Related[] {
  const call = from && callsOf(from).find(({ path }) => calledFile(from.document.file, path.name) === to)
  if (!from || !call) return []
  return [{ ...placeOf(from.document, call.path.node.span), message: `step ${quoted(call.step.id)} of ${quoted(from.document.file)} calls ${quoted(to)}` }]
}

/** How deep pipelines may call each other. */
const DEEPEST = 10

interface Size {
  /** Levels of calls below. */
  readonly depth: number
  readonly nodes: number
}

/** Only where no cycle is. */
function sizeMistakes(survey: Survey): Diagnostic[] {
  const known = new Map<Survey, Size>()
  return callsOf(survey).flatMap(({ path, child }) => {
    if (!child) return []
    const { depth, nodes } = sizeOf(child, known)
    if (depth + 1 > DEEPEST) {
      const message = `pipelines call each other ${depth + 1} levels deep from here, at most ${DEEPEST} are allowed`
      return [report(survey.document, path.node.span, 'too-deep', 'error', message)]
    }
    if (nodes <= MOST_NODES) return []
    const message = `with all that it calls, ${quoted(path.name)} makes more than 10,000 nodes, which is the most that a run holds`
    return [report(survey.document, path.node.span, 'too-many-nodes', 'error', message)]
  })
}

function sizeOf(survey: Survey, known: Map<Survey, Size>): Size {
  const before = known.get(survey)
  if (before) return before
  let size: Size = { depth: 0, nodes: [...survey.steps.values()].reduce((sum, step) => sum + countNodes(step), 0) }
  for (const { step, child } of callsOf(survey)) {
    const below = child && sizeOf(child, known)
    if (!below) continue
    size = { depth: Math.max(size.depth, below.depth + 1), nodes: Math.min(size.nodes + countNodes(step) * below.nodes, Number.MAX_SAFE_INTEGER) }
  }
  known.set(survey, size)
  return size
}
