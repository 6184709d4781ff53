/** Shorter texts occur by chance. */
const SHORTEST = 4

/** The last line of a broken base64 text may be `ZQ==`, which hides little and is found in much. */
const SHORTEST_LINE = 8

/** Where `base64` and the PEM format break lines. */
const BREAKS = [76, 64]

/**
 * The forms in which secrets get into output, longest first: as they are, line by line, in base64 (at each of the three offsets
 * at which it may stand inside something longer), in hexadecimal, percent-encoded, and escaped for JSON, once and twice.
 */
export function disguises(secrets: readonly string[]): string[] {
  const values = new Set(secrets.flatMap((secret) => [secret, secret.trim(), ...secret.split(/[\r\n]+/).map((line) => line.trim())]))
  const usable = [...values].filter((value) => value.length >= SHORTEST)
  const forms = new Set(usable.flatMap((value) => [[value], encoded(value), percentEncoded(value), escaped(value)].flat()))
  return [...forms].filter((form) => form.length >= SHORTEST).sort((a, b) => b.length - a.length)
}

function encoded(value: string): string[] {
  const bytes = Buffer.from(value)
  const inner = [0, 1, 2].map((offset) => innerBase64(bytes, offset))
  const standard = [bytes.toString('base64'), bytes.toString('base64url'), ...inner]
  const broken = BREAKS.flatMap((width) => pieces(bytes.toString('base64'), width))
  const all = [...standard, ...broken]
  const hex = bytes.toString('hex')
  return [...all, ...all.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')), hex, hex.toUpperCase()]
}

/** The part of a longer text's base64 that depends on these bytes alone, when so many bytes (modulo 3) stand before them. */
function innerBase64(bytes: Buffer, offset: number): string {
  const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64')
  const first = Math.ceil((offset * 8) / 6)
  const end = Math.floor(((offset + bytes.length) * 8) / 6)
  return text.slice(first, end)
}

function pieces(text: string, width: number): string[] {
  if (text.length <= width) return []
  const lines = Array.from({ length: Math.ceil(text.length / width) }, (_, index) => text.slice(index * width, (index + 1) * width))
  return lines.filter((line) => line.length >= SHORTEST_LINE)
}

function percentEncoded(value: string): string[] {
  const loose = encodeURIComponent(value.toWellFormed())
  const strict = loose.replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
  const keepingSlashes = loose.replaceAll('%2F', '/')
  const all = [loose, strict, keepingSlashes, strict.replaceAll('%20', '+')]
  return [...all, ...all.map((text) => text.replace(/%[0-9A-F]{2}/g, (byte) => byte.toLowerCase()))]
}

function escaped(value: string): string[] {
  const once = JSON.stringify(value).slice(1, -1)
  const ascii = once.replace(/[\u0080-\uffff]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`)
  return [once, ascii, once.replaceAll('/', '\\/'), JSON.stringify(once).slice(1, -1)]
}
