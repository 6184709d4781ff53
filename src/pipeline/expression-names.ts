import { display } from '../document/display.ts'
import { nearest } from '../document/suggest.ts'
import type { Fault } from './expression-fault.ts'
import { parts } from './expression-tree.ts'
import type { Stretch, Term } from './expression-tree.ts'
import { CONTEXTS, FIELDS } from './names.ts'
import type { Names } from './names.ts'

/** A name where the source has it. */
export interface Named extends Stretch {
  readonly name: string
}

/** A key of `a.b['c']` that is known before a run; undefined where an expression or `*` gives it. */
export type Key = Named | undefined

/** A context and the keys behind it. */
export interface Access {
  readonly context: Named
  readonly keys: readonly Key[]
}

/** The access that a term is, if it is one: a context, or an index of an index of it. */
export function accessOf(term: Term): Access | undefined {
  const keys: Key[] = []
  let at = term
  for (; at.kind === 'index'; at = at.of) keys.unshift(keyOf(at.key))
  return at.kind === 'context' ? { context: at, keys } : undefined
}

function keyOf(key: Term | '*'): Key {
  if (key === '*' || key.kind !== 'literal' || key.value === null || typeof key.value === 'object') return undefined
  return { name: String(key.value), start: key.start, end: key.end }
}

/** What an expression names and does not exist where it stands. */
export function nameFaults(term: Term, names: Names): Fault[] {
  const inner = new Set<Term>()
  return [...parts(term)].flatMap((part) => {
    if (part.kind === 'index') inner.add(part.of)
    if (inner.has(part)) return []
    const access = accessOf(part)
    return access ? (contextFault(access.context.name, access.context, names) ?? accessFault(access, names) ?? []) : []
  })
}

/** Contexts of GitHub that go by another name here. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  needs: 'the results of needed steps are in `steps.ID`',
  not: 'write `!`',
  vars: 'values come from `inputs` or `env`',
  job: 'the run is told by `run`',
  runner: 'the run is told by `run`',
  strategy: 'values of the matrix are in `matrix`',
}

export function contextFault(name: string, { start, end }: Stretch, names: Names): Fault | undefined {
  const lower = name.toLowerCase()
  if (names.contexts.some((context) => context.toLowerCase() === lower)) return undefined
  if (lower === 'matrix' && names.matrix === null) return noMatrix({ start, end })
  if (CONTEXTS.some((context) => context === lower)) {
    return { code: 'context-unavailable', message: `\`${lower}\` is not known here, only ${list(names.contexts)}`, start, end }
  }
  const near = nearest(name, names.contexts)
  const elsewhere = Object.hasOwn(ELSEWHERE, lower) ? ELSEWHERE[lower] : undefined
  const help = elsewhere ?? (near === undefined ? `contexts are ${list(names.contexts)}` : `did you mean \`${near}\`?`)
  return { code: 'unknown-context', message: `there is no context \`${display(name)}\``, help, start, end }
}

function accessFault({ context, keys }: Access, names: Names): Fault | undefined {
  const [first, ...rest] = keys
  const name = context.name.toLowerCase()
  if (name === 'matrix' && names.matrix === null) return noMatrix(context)
  if (!first) return undefined
  if (name === 'inputs') return missing(first, names.inputs, 'unknown-input', 'this pipeline has no input', 'input')
  if (name === 'matrix' && names.matrix !== null && names.matrix !== 'unknown') {
    return missing(first, names.matrix, 'unknown-matrix-key', 'the matrix of this step has no', 'key')
  }
  if (name === 'run') return missing(first, FIELDS.run, 'unknown-field', '`run` has no field', 'field')
  if (name === 'git') return missing(first, FIELDS.git, 'unknown-field', '`git` has no field', 'field')
  if (name === 'env' && names.env) return envFault(first, names.env)
  return name === 'steps' ? stepFault(first, rest, names) : undefined
}

/** A variable that nothing declares is empty, as in GitHub's workflows; that is hardly ever meant. */
function envFault(key: Named, { pipeline, step }: NonNullable<Names['env']>): Fault | undefined {
  const fault = missing(key, pipeline, 'unknown-variable', 'the `env` of this pipeline has no', 'variable')
  if (!fault) return undefined
  const own = same(key.name, step)
  const help = own === undefined ? fault.help : `the step's own \`env\` is no part of this context: the script reads \`$${own}\``
  return { ...fault, severity: 'warning', message: `${fault.message}, it is empty`, ...(help === undefined ? {} : { help }) }
}

function noMatrix({ start, end }: Stretch): Fault {
  return { code: 'matrix-missing', message: 'this step has no `matrix`', help: 'give it one: `matrix: { name: [one, two] }`', start, end }
}

function stepFault(step: Named, [field, output]: readonly Key[], names: Names): Fault | undefined {
  const id = names.steps.has(step.name) ? step.name : same(step.name, [...names.steps.keys()])
  if (id === undefined) return absentStep(step, names)
  if (!field) return undefined
  const wrong = missing(field, FIELDS.step, 'unknown-field', `the step \`${id}\` has no field`, 'field')
  if (wrong) return SYNONYMS.has(field.name.toLowerCase()) ? { ...wrong, help: 'did you mean `status`?' } : wrong
  const outputs = names.steps.get(id)?.outputs ?? 'any'
  if (field.name.toLowerCase() !== 'outputs' || !output || outputs === 'any') return undefined
  return missing(output, outputs, 'undeclared-output', `the step \`${id}\` declares no output`, 'output')
}

/** What GitHub calls the status of a step. */
const SYNONYMS = new Set(['conclusion', 'outcome', 'result'])

function absentStep({ name, start, end }: Named, names: Names): Fault {
  const id = same(name, names.allSteps)
  if (id !== undefined && id === names.self) {
    return { code: 'step-not-needed', message: `the result of \`${id}\` is not known inside of it`, help: 'a step can only name steps that it needs', start, end }
  }
  if (id !== undefined) {
    const message = `the step \`${id}\` is not needed by this one, so its result is not known here`
    return { code: 'step-not-needed', message, help: `add \`${id}\` to \`needs\``, start, end }
  }
  const near = nearest(name, [...names.steps.keys()]) ?? nearest(name, names.allSteps)
  const help = near === undefined ? undefined : `did you mean \`${near}\`?`
  return { code: 'unknown-step', message: `there is no step \`${display(name)}\``, ...(help === undefined ? {} : { help }), start, end }
}

function missing(key: Named, known: readonly string[], code: string, message: string, what: string): Fault | undefined {
  if (same(key.name, known) !== undefined) return undefined
  const near = nearest(key.name, known)
  const offered = known.length === 0 ? `there are no ${what}s` : known.length === 1 ? `the only ${what} is ${list(known)}` : `${what}s are ${list(known)}`
  const help = near === undefined ? offered : `did you mean \`${near}\`?`
  return { code, message: `${message} \`${display(key.name)}\``, help, start: key.start, end: key.end }
}

/** The known name that is meant; the case of letters does not matter in expressions. */
export function same(name: string, known: readonly string[]): string | undefined {
  const lower = name.toLowerCase()
  return known.includes(name) ? name : known.find((one) => one.toLowerCase() === lower)
}

const MOST_LISTED = 12

/** Names for people, not too many of them. */
export function list(names: readonly string[]): string {
  const shown = names.slice(0, MOST_LISTED).map((name) => `\`${display(name)}\``).join(', ')
  return names.length > MOST_LISTED ? `${shown} and ${names.length - MOST_LISTED} more` : shown
}
