/** A value of the YAML 1.2 core schema; not-a-number and the infinities still among them. */
export type CoreValue = null | boolean | number | string

const CORE = 'tag:yaml.org,2002:'
const INTEGER = /^(?:0o[0-7]+|0x[0-9a-fA-F]+|[-+]?[0-9]+)$/
const FLOAT = /^[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$/
const INFINITE = /^[-+]?\.(?:inf|Inf|INF)$/
const NOT_A_NUMBER = /^\.(?:nan|NaN|NAN)$/

/** What a plain scalar without a tag means. */
export function resolvePlain(source: string): CoreValue {
  switch (source.charAt(0)) {
    case '':
    case '~':
    case 'n':
    case 'N':
      return isNull(source) ? null : source
    case 't':
    case 'T':
    case 'f':
    case 'F':
      return resolveBoolean(source) ?? source
    case '-':
    case '+':
    case '.':
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9':
      return resolveNumber(source) ?? source
    default:
      return source
  }
}

/** What a scalar with a tag means; undefined when its text does not fit the tag, or the tag is none of a scalar. */
export function resolveTagged(tag: string, source: string): CoreValue | undefined {
  switch (tag) {
    case '!':
    case `${CORE}str`:
      return source
    case `${CORE}null`:
      return isNull(source) ? null : undefined
    case `${CORE}bool`:
      return resolveBoolean(source)
    case `${CORE}int`:
      return INTEGER.test(source) ? resolveNumber(source) : undefined
    case `${CORE}float`:
      return resolveNumber(source)
    default:
      return undefined
  }
}

/** Whether a plain scalar is written as a whole number. */
export function isInteger(source: string): boolean {
  return INTEGER.test(source)
}

/** Which kind of node a tag is for; undefined for tags that are not of the core schema. */
export function kindOfTag(tag: string): 'any' | 'scalar' | 'sequence' | 'mapping' | undefined {
  if (tag === '!') return 'any'
  if (tag === `${CORE}seq`) return 'sequence'
  if (tag === `${CORE}map`) return 'mapping'
  return SCALAR_TAGS.has(tag) ? 'scalar' : undefined
}

const SCALAR_TAGS: ReadonlySet<string> = new Set(['str', 'null', 'bool', 'int', 'float'].map((name) => `${CORE}${name}`))

/** The full name of a tag as it is written (`!!str`, `!<tag:…>`, `!mine`), by the handles that the document declares. */
export function tagName(written: string, handles: ReadonlyMap<string, string>): string {
  if (written === '!') return written
  if (written.startsWith('!<')) return written.slice(2, -1)
  const handle = written.slice(0, written.indexOf('!', 1) + 1) || '!'
  return (handles.get(handle) ?? (handle === '!!' ? CORE : handle)) + written.slice(handle.length)
}

function isNull(source: string): boolean {
  return source === '' || source === '~' || source === 'null' || source === 'Null' || source === 'NULL'
}

function resolveBoolean(source: string): boolean | undefined {
  if (source === 'true' || source === 'True' || source === 'TRUE') return true
  return source === 'false' || source === 'False' || source === 'FALSE' ? false : undefined
}

/** Minus zero is zero: JSON has only one. */
function resolveNumber(source: string): number | undefined {
  if (INTEGER.test(source) || FLOAT.test(source)) return Number(source) + 0
  if (INFINITE.test(source)) return source.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  return NOT_A_NUMBER.test(source) ? Number.NaN : undefined
}
