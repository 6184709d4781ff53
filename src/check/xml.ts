import type { Result } from '../base/result.ts'
import { err, ok } from '../base/result.ts'

/** Told what a document holds, in its order. */
export interface XmlReader {
  open(name: string, attributes: ReadonlyMap<string, string>): void
  text(text: string): void
  close(name: string): void
}

const DEEPEST = 100

interface Scan {
  readonly source: string
  readonly reader: XmlReader
  readonly open: string[]
  at: number
  hasRoot: boolean
}

/** What is wrong with the document, thrown only within this file. */
class Malformed extends Error {}

/**
 * Reads the XML that tools write: elements, attributes, text, CDATA. Entities are the five of XML and numbers; whatever
 * else is named stays as written. A document type is refused, so that nothing is ever expanded or fetched.
 */
export function readXml(source: string, reader: XmlReader): Result<void, string> {
  const scan: Scan = { source: source.replace(/^\uFEFF/, ''), reader, open: [], at: 0, hasRoot: false }
  try {
    while (scan.at < scan.source.length) readNext(scan)
    if (!scan.hasRoot || scan.open.length > 0) throw new Malformed('ends too early')
    return ok(undefined)
  } catch (error) {
    if (error instanceof Malformed) return err(error.message)
    throw error
  }
}

function readNext(scan: Scan): void {
  const { source, at } = scan
  if (source.charAt(at) !== '<') return readText(scan)
  if (source.startsWith('<?', at)) skip(scan, '?>')
  else if (source.startsWith('<!--', at)) skip(scan, '-->')
  else if (source.startsWith('<![CDATA[', at)) tellText(scan, skip(scan, ']]>').slice('<![CDATA['.length))
  else if (source.startsWith('<!', at)) throw new Malformed('has a document type, which is not read')
  else if (source.startsWith('</', at)) closeElement(scan, skip(scan, '>').slice(2).trim())
  else openElement(scan)
}

function readText(scan: Scan): void {
  const next = scan.source.indexOf('<', scan.at)
  const end = next === -1 ? scan.source.length : next
  tellText(scan, decode(scan.source.slice(scan.at, end)))
  scan.at = end
}

function tellText(scan: Scan, text: string): void {
  if (scan.open.length > 0) scan.reader.text(text)
  else if (text.trim() !== '') throw new Malformed('has text outside its root element')
}

/** Goes on behind the mark and gives what stood before it. */
function skip(scan: Scan, mark: string): string {
  const end = scan.source.indexOf(mark, scan.at)
  if (end === -1) throw new Malformed('ends too early')
  const passed = scan.source.slice(scan.at, end)
  scan.at = end + mark.length
  return passed
}

function openElement(scan: Scan): void {
  scan.at += 1
  const name = take(scan, /[^\s/>=<"']+/y)[0]
  const attributes = new Map<string, string>()
  for (let found = tryTake(scan, ATTRIBUTE); found; found = tryTake(scan, ATTRIBUTE)) {
    attributes.set(found[1] ?? '', decode(found[2] ?? found[3] ?? ''))
  }
  const isEmpty = take(scan, /\s*(\/?)>/y)[1] === '/'
  if (scan.open.length === 0 && scan.hasRoot) throw new Malformed('has two root elements')
  if (scan.open.length >= DEEPEST) throw new Malformed(`is nested more than ${DEEPEST} levels deep`)
  scan.hasRoot = true
  scan.open.push(name)
  scan.reader.open(name, attributes)
  if (isEmpty) closeElement(scan, name)
}

const ATTRIBUTE = /\s+([^\s=/>"'<]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/y

function closeElement(scan: Scan, name: string): void {
  if (scan.open.pop() !== name) throw new Malformed(`closes \`${name.slice(0, 80)}\`, which is not open`)
  scan.reader.close(name)
}

function take(scan: Scan, form: RegExp): RegExpExecArray {
  const found = tryTake(scan, form)
  if (!found) throw new Malformed('has a malformed element')
  return found
}

function tryTake(scan: Scan, form: RegExp): RegExpExecArray | null {
  form.lastIndex = scan.at
  const found = form.exec(scan.source)
  if (found) scan.at = form.lastIndex
  return found
}

const NAMED = new Map([['lt', '<'], ['gt', '>'], ['amp', '&'], ['quot', '"'], ['apos', "'"]])

function decode(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]{1,8}));/gi, (whole, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return NAMED.get(name) ?? whole
    const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal)
    return code <= 0x10ffff ? String.fromCodePoint(code) : '\uFFFD'
  })
}
