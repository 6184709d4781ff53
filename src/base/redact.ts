import { disguises } from './disguise.ts'
import { isObject } from './json.ts'

/** Takes secrets out of whatever is about to be written or shown, in every form in which tools print them. */
export interface Redactor {
  text(text: string): string
  /** Every text in the value, keys included. Numbers stay: a time or an amount that looks like a secret is none. */
  json<T>(value: T): T
  /** For text that comes in pieces, split anywhere. */
  stream(): RedactorStream
}

/** What comes out, put together, is what `text` makes of all that went in. Held back is only what may be the beginning of a secret. */
export interface RedactorStream {
  push(chunk: string): string
  end(): string
}

const MARKS = ['***', '###', '•••', '███']

/**
 * Replaces each secret by `***`; secrets that overlap give one. Secrets, or lines of one, with fewer than 4 characters are
 * ignored: they would be found everywhere. This is a net under mistakes and no defence: a secret that was cut or reversed passes.
 */
export function createRedactor(secrets: readonly string[]): Redactor {
  const needles = disguises(secrets)
  if (needles.length === 0) return { text: (text) => text, json: (value) => value, stream: () => ({ push: (chunk) => chunk, end: () => '' }) }
  const any = new RegExp(needles.map((needle) => needle.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|'))
  const mark = chooseMark(needles)
  const text = (whole: string): string => (any.test(whole) ? render(whole, spansOf(whole, needles, 0), whole.length, mark).text : whole)
  return { text, json: (value) => redactJson(value, text) as typeof value, stream: () => createStream(needles, mark) }
}

function createStream(needles: readonly string[], mark: string): RedactorStream {
  const openAt = createOpening(needles)
  let held = ''
  let covered = 0
  const advance = (whole: string, cut: number): string => {
    const done = render(whole, spansOf(whole, needles, covered), cut, mark)
    held = whole.slice(cut)
    covered = done.covered
    return done.text
  }
  return {
    push: (chunk) => {
      const whole = held + chunk
      return advance(whole, openAt(whole))
    },
    end: () => advance(held, held.length),
  }
}

/** A stretch that is replaced; `isTold`: its mark was given out already. */
interface Covered {
  start: number
  end: number
  isTold: boolean
}

/** All occurrences, also where they overlap, joined and in order; the first `covered` characters belong to one that was told. */
function spansOf(text: string, needles: readonly string[], covered: number): Covered[] {
  const found = needles.flatMap((needle) => occurrences(text, needle))
  if (covered > 0) found.push({ start: 0, end: covered, isTold: true })
  const joined: Covered[] = []
  for (const span of found.sort((a, b) => a.start - b.start)) {
    const last = joined.at(-1)
    if (!last || span.start >= last.end) {
      joined.push(span)
      continue
    }
    last.end = Math.max(last.end, span.end)
    last.isTold ||= span.isTold
  }
  return joined
}

function occurrences(text: string, needle: string): Covered[] {
  const found: Covered[] = []
  for (let at = text.indexOf(needle); at !== -1; at = text.indexOf(needle, at + 1)) {
    const last = found.at(-1)
    if (last && at < last.end) last.end = at + needle.length
    else found.push({ start: at, end: at + needle.length, isTold: false })
  }
  return found
}

/** The text up to `cut`, and how many characters after it belong to a stretch whose mark is in that text. */
function render(text: string, spans: readonly Covered[], cut: number, mark: string): { readonly text: string; readonly covered: number } {
  const parts: string[] = []
  let at = 0
  for (const { start, end, isTold } of spans) {
    if (start >= cut && !isTold) break
    parts.push(text.slice(at, start), isTold ? '' : mark)
    at = end
  }
  parts.push(text.slice(at, Math.max(at, cut)))
  return { text: parts.join(''), covered: Math.max(0, at - cut) }
}

/** Tells where the first secret may begin that the text does not hold to its end yet: the text's length when there is none. */
function createOpening(needles: readonly string[]): (text: string) => number {
  const longest = Math.max(...needles.map((needle) => needle.length))
  const byFirst = Map.groupBy(needles, (needle) => needle.charAt(0))
  return (text) => {
    for (let at = Math.max(0, text.length - longest + 1); at < text.length; at += 1) {
      const candidates = byFirst.get(text.charAt(at))
      if (candidates?.some((needle) => needle.length > text.length - at && needle.startsWith(text.slice(at)))) return at
    }
    return text.length
  }
}

/** A mark that shares no character with a secret can never complete one together with its neighbours. */
function chooseMark(needles: readonly string[]): string {
  return MARKS.find((mark) => needles.every((needle) => !needle.includes(mark.charAt(0)))) ?? ''
}

function redactJson(value: unknown, text: (text: string) => string): unknown {
  if (typeof value === 'string') return text(value)
  if (Array.isArray(value)) return value.map((item) => redactJson(item, text))
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [text(key), redactJson(item, text)]))
}
