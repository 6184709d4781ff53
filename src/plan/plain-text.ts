import { canonical } from '../base/json.ts'
import type { Json } from '../base/json.ts'

/**
 * The canonical text of a value with maps as lists of pairs and big integers as text, so that every part of a definition reaches its
 * digest. Written in one go: a thousand definitions made plain, and then sorted, are a fifth of all that a run leaves for the
 * collector of garbage.
 */
export function plainText(value: unknown): string {
  if (value instanceof Map) return `[${[...value].map(([key, item]) => `[${JSON.stringify(String(key))},${plainText(item)}]`).join(',')}]`
  if (Array.isArray(value)) return `[${value.map(plainText).join(',')}]`
  if (typeof value === 'bigint') return `"${value}"`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const keys = Object.keys(value).sort()
  let fields = ''
  for (const key of keys) {
    const first = key.charCodeAt(0)
    // Keys that read as numbers have an order of their own in every object.
    if (first >= ZERO && first <= NINE) return canonical(plain(value))
    const item = (value as Readonly<Record<string, unknown>>)[key]
    if (item !== undefined) fields += `${fields === '' ? '' : ','}${JSON.stringify(key)}:${plainText(item)}`
  }
  return `{${fields}}`
}

const ZERO = 48
const NINE = 57

function plain(value: unknown): Json {
  if (value instanceof Map) return [...value].map(([key, item]) => [String(key), plain(item)])
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).flatMap(([key, item]) => (item === undefined ? [] : [[key, plain(item)]])))
  }
  return value as Json
}
