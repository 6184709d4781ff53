import type { Json } from '../base/json.ts'
import { FUNCTIONS } from './expression-functions.ts'
import { accessOf, same } from './expression-names.ts'
import type { Term } from './expression-tree.ts'
import { FIELDS, STATUSES } from './names.ts'
import type { Names } from './names.ts'

/** What is known of a value before a run. */
export interface Shape {
  readonly type: 'null' | 'boolean' | 'number' | 'string' | 'object' | 'unknown'
  /** All values that it may have. */
  readonly values?: readonly Json[]
}

const UNKNOWN: Shape = { type: 'unknown' }
const TEXT: Shape = { type: 'string' }
const OBJECT: Shape = { type: 'object' }
const BOOLEAN: Shape = { type: 'boolean', values: [true, false] }
const NUMBER: Shape = { type: 'number' }

export function shapeOf(term: Term, names: Names): Shape {
  if (term.kind === 'literal') return literalShape(term.value)
  if (term.kind === 'call') return callShape(term.name.toLowerCase())
  if (term.kind === 'operation') return term.operator === '&&' || term.operator === '||' ? UNKNOWN : BOOLEAN
  const access = accessOf(term)
  if (!access) return UNKNOWN
  const context = access.context.name.toLowerCase()
  const keys = access.keys.map((key) => key?.name.toLowerCase())
  if (keys.length === 0) return OBJECT
  if (keys.includes(undefined)) return UNKNOWN
  return contextShape(context, keys as string[], names)
}

function literalShape(value: Json): Shape {
  if (value === null) return { type: 'null', values: [null] }
  const type = typeof value
  return type === 'boolean' || type === 'number' || type === 'string' ? { type, values: [value] } : UNKNOWN
}

function callShape(name: string): Shape {
  if (FUNCTIONS.get(name)?.status || name === 'contains' || name === 'startswith' || name === 'endswith') return BOOLEAN
  return name === 'format' || name === 'join' || name === 'tojson' ? TEXT : UNKNOWN
}

function contextShape(context: string, [first = '', second, third]: readonly string[], names: Names): Shape {
  if (context === 'inputs' && second === undefined) return inputShape(first, names)
  if (context === 'run' && first === 'attempt' && second === undefined) return NUMBER
  if ((context === 'run' || context === 'git') && second === undefined) return FIELDS[context].includes(first) ? TEXT : UNKNOWN
  if (context === 'steps' && third === undefined) {
    if (second === undefined || second === 'outputs') return OBJECT
    return second === 'status' ? { type: 'string', values: STATUSES } : second === 'cost_usd' ? NUMBER : UNKNOWN
  }
  return UNKNOWN
}

function inputShape(name: string, names: Names): Shape {
  const id = names.inputSpecs?.has(name) ? name : same(name, [...(names.inputSpecs?.keys() ?? [])])
  const spec = id === undefined ? undefined : names.inputSpecs?.get(id)
  switch (spec?.type) {
    case 'boolean':
      return BOOLEAN
    case 'number':
      return NUMBER
    case 'string':
      return TEXT
    case 'choice':
      return { type: 'string', values: spec.options }
    case 'json':
    case undefined:
      return UNKNOWN
  }
}

/** False only where it is certain: values are compared as GitHub does, after turning both into numbers where types differ. */
export function canBeEqual(a: Shape, b: Shape): boolean {
  if (a.type === 'unknown' || b.type === 'unknown') return true
  if (a.type === 'object' || b.type === 'object') return a.type === b.type
  if (a.values && b.values) return a.values.some((x) => b.values?.some((y) => looselyEqual(x, y)))
  const known = a.values ?? b.values
  const open = a.values ? b : a
  // A text that is no number equals no number, whichever it is.
  return open.type !== 'number' || !known?.every((value) => Number.isNaN(toNumber(value)))
}

function looselyEqual(a: Json, b: Json): boolean {
  if (typeof a === 'string' && typeof b === 'string') return a.toUpperCase() === b.toUpperCase()
  return a === b || toNumber(a) === toNumber(b)
}

function toNumber(value: Json): number {
  return value === null ? 0 : Number(value)
}
