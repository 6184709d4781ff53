import { shape } from './shape.generated.js'
import { isObject } from '../base/json.ts'

/** A schema of one value, as far as mistakes are explained by it. */
export type Shape = Readonly<Record<string, unknown>>

/** The schema that holds the keyword an error's `schemaPath` ends with. */
export function shapeAt(schemaPath: string, root: Shape = shape): Shape {
  let at: unknown = root
  for (const part of schemaPath.split('/').slice(1, -1)) {
    const key = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~')
    if (Array.isArray(at)) at = at[Number(key)]
    else if (isObject(at) && Object.hasOwn(at, key)) at = at[key]
    else return {}
  }
  return isObject(at) ? at : {}
}

/** The keys that a strict object knows. */
export function keysOf(shape: Shape): string[] {
  return isObject(shape.properties) ? Object.keys(shape.properties) : []
}
