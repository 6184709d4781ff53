import { display } from '../document/display.ts'
import { nearest } from '../document/suggest.ts'
import type { Json } from '../base/json.ts'
import type { Fault } from './expression-fault.ts'
import { accessOf, list } from './expression-names.ts'
import { canBeEqual, shapeOf } from './expression-shapes.ts'
import { parts } from './expression-tree.ts'
import type { Term } from './expression-tree.ts'
import type { Names } from './names.ts'

/** Mistakes of values and types that are certain before a run. */
export function constantFaults(term: Term, names: Names): Fault[] {
  return [...parts(term)].flatMap((part) => {
    if (part.kind === 'call') return literalFault(part) ?? []
    if (part.kind === 'index') return scalarFault(part, names) ?? []
    return part.kind === 'operation' ? (comparisonFault(part, names) ?? []) : []
  })
}

type Of<Kind extends Term['kind']> = Extract<Term, { kind: Kind }>

function literalFault(call: Of<'call'>): Fault | undefined {
  const [first, ...values] = call.args
  if (first?.kind !== 'literal' || typeof first.value !== 'string') return undefined
  const place = { start: first.start, end: first.end }
  const name = call.name.toLowerCase()
  if (name === 'fromjson' && !isJson(first.value)) {
    return { code: 'invalid-json', message: '`fromJSON` is given a text that is no JSON', ...place }
  }
  const mistake = name === 'format' ? formatMistake(first.value, values.length) : undefined
  return mistake === undefined ? undefined : { code: 'invalid-format', message: mistake, ...place }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function formatMistake(text: string, values: number): string | undefined {
  const bare = text.replaceAll(/\{\{|\}\}/g, '')
  for (const [, index] of bare.matchAll(/\{(\d+)[^{}]*\}/g)) {
    if (Number(index) < values) continue
    return `the text of \`format\` names \`{${display(index ?? '')}}\`, but only ${values} value${values === 1 ? ' is' : 's are'} given`
  }
  const left = bare.replaceAll(/\{\d+[^{}]*\}/g, '')
  return /[{}]/.test(left) ? 'the text of `format` has a single brace; one that stands for itself is written twice' : undefined
}

/** An index of what can only be a text, a number or a boolean gives nothing, always. */
function scalarFault(index: Of<'index'>, names: Names): Fault | undefined {
  const { type } = shapeOf(index.of, names)
  if (type !== 'string' && type !== 'number' && type !== 'boolean') return undefined
  const place = index.key === '*' ? index : index.key
  const message = `${nameOf(index.of)} is ${article(type)} and has no fields`
  return { code: 'index-of-scalar', message, start: place.start, end: place.end }
}

function comparisonFault({ operator, operands, start, end }: Of<'operation'>, names: Names): Fault | undefined {
  const [left, right] = operands
  if ((operator !== '==' && operator !== '!=') || !left || !right) return undefined
  const [a, b] = [shapeOf(left, names), shapeOf(right, names)]
  if (canBeEqual(a, b)) return undefined
  const literal = right.kind === 'literal' ? right : left.kind === 'literal' ? left : undefined
  const allowed = (literal === left ? b : a).values
  const outcome = operator === '==' ? 'never holds' : 'always holds'
  const message = `this comparison ${outcome}: ${nameOf(left)} cannot be equal to ${nameOf(right)}`
  return { code: 'constant-comparison', severity: 'warning', message, ...helpFor(literal?.value, allowed, a.type, b.type), start, end }
}

function helpFor(value: Json | undefined, allowed: readonly Json[] | undefined, a: string, b: string): { help?: string } {
  const texts = allowed?.filter((one) => typeof one === 'string') ?? []
  if (typeof value === 'string' && texts.length > 0) {
    const near = value.toLowerCase().startsWith('succe') && texts.includes('passed') ? 'passed' : nearest(value, texts)
    return { help: near === undefined ? `it is one of ${list(texts)}` : `did you mean \`${near}\`?` }
  }
  return a === b || a === 'unknown' || b === 'unknown' ? {} : { help: `${article(a)} is compared with ${article(b)}` }
}

function article(type: string): string {
  return type === 'null' ? '`null`' : `${type === 'object' ? 'an' : 'a'} ${type}`
}

/** A part of an expression as people know it. */
function nameOf(term: Term): string {
  if (term.kind === 'literal') return `\`${display(typeof term.value === 'string' ? `'${term.value}'` : JSON.stringify(term.value), 40)}\``
  if (term.kind === 'call') return `\`${display(term.name)}()\``
  const access = accessOf(term)
  const keys = access?.keys.map((key) => key?.name ?? '*') ?? []
  return access ? `\`${display([access.context.name, ...keys].join('.'))}\`` : 'the value'
}
