import { Ajv2020 } from 'ajv/dist/2020.js'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { isObject } from '../../../src/base/json.ts'
import { FORMS } from '../../../src/pipeline/patterns.ts'
import { RETRYABLE } from '../../../src/pipeline/words.ts'
import { isRetryable } from '../../../src/run/failure.ts'
import type { Failure } from '../../../src/run/failure.ts'

const root = new URL('../../../', import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8')
const schema = JSON.parse(read('schemas/pipeline.schema.json')) as Record<string, unknown>

/** Every property of every object that the schema describes, by its path. */
function properties(value: unknown, path: string): [string, Record<string, unknown>][] {
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([key, item]) => {
    const own = key === 'properties' && isObject(item) ? Object.entries(item).filter(([, one]) => isObject(one)) : []
    return [...own.map(([name, one]) => [`${path}/${name}`, one] as [string, Record<string, unknown>]), ...(key === 'then' || key === 'if' || key === 'else' ? [] : properties(item, `${path}/${key}`))]
  })
}

describe('the schema', () => {
  it('is the one that the vocabulary makes', () => {
    expect(() => execFileSync(process.execPath, ['.ci/schema.ts', '--check'], { cwd: root, stdio: 'pipe' })).not.toThrow()
  })

  it('is a schema of JSON Schema 2020-12', () => {
    expect(new Ajv2020({ strict: false }).validateSchema(schema)).toBe(true)
  })

  it('describes every key with an example', () => {
    const bare = properties(schema, '').filter(([, property]) => {
      const described = typeof property.$ref === 'string' ? definition(property.$ref) : property
      return typeof described.description !== 'string' || !Array.isArray(described.examples) || described.examples.length === 0
    })
    expect(bare.map(([path]) => path)).toEqual([])
  })

  it('accepts its own examples', () => {
    const ajv = new Ajv2020({ strict: false })
    ajv.addSchema(schema)
    for (const [path, property] of properties(schema, '')) {
      const described = typeof property.$ref === 'string' ? definition(property.$ref) : property
      const validate = ajv.compile({ ...described, $defs: schema.$defs })
      for (const example of described.examples as unknown[]) expect(validate(example), `${path}: ${JSON.stringify(example)}`).toBe(true)
    }
  })

  it('explains every form of a text', () => {
    const patterns = [...read('schemas/pipeline.schema.json').matchAll(/"pattern": ("(?:[^"\\]|\\.)*")/g)].map(([, pattern]) => JSON.parse(pattern ?? '""') as string)
    expect([...new Set(patterns)].filter((pattern) => !FORMS.has(pattern))).toEqual([])
  })

  it('knows exactly the failures that can be tried again', () => {
    for (const code of RETRYABLE) expect(isRetryable({ code, message: '', retryable: true } as unknown as Failure), code).toBe(true)
  })
})

describe('the validator', () => {
  it('needs no package', () => {
    expect(read('src/pipeline/validator.generated.js')).not.toMatch(/\brequire\(|\bimport\b/)
  })
})

function definition(ref: string): Record<string, unknown> {
  return (schema.$defs as Record<string, Record<string, unknown>>)[ref.replace('#/$defs/', '')] ?? {}
}
