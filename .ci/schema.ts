// Writes what editors and the program know about the form of a pipeline: the published JSON Schema, the validator compiled
// from it, and the bare schema that mistakes are explained by. `--check` only says whether the published one is stale.
import Ajv2020 from 'ajv/dist/2020.js'
import standaloneCode from 'ajv/dist/standalone/index.js'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from '../src/pipeline/vocabulary/pipeline.ts'

const root = join(import.meta.dirname, '..')
const published = join(root, 'schemas/pipeline.schema.json')

const schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'urn:orch-run:pipeline:1',
  title: 'orch-run pipeline',
  ...(JSON.parse(JSON.stringify(pipeline)) as Record<string, unknown>),
}
const text = `${JSON.stringify(schema, undefined, 2)}\n`

if (process.argv.includes('--check')) {
  if (read(published) !== text) {
    console.error('schemas/pipeline.schema.json is stale: run `node .ci/schema.ts`')
    process.exitCode = 1
  }
} else {
  const shape = bare(schema) as Record<string, unknown>
  writeFileSync(published, text)
  writeFileSync(join(root, 'src/pipeline/validator.generated.js'), compile(shape))
  writeFileSync(join(root, 'src/pipeline/shape.generated.js'), `export const shape = ${JSON.stringify(shape)}\n`)
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

function compile(shape: Record<string, unknown>): string {
  const ajv = new Ajv2020.default({
    allErrors: true, messages: false, strict: true, strictRequired: false, allowUnionTypes: true, code: { source: true, esm: true, lines: true },
  })
  const code = standaloneCode.default(ajv, ajv.compile(shape))
  if (/\brequire\(|^import\b/m.test(code)) throw new Error('the validator would need a package at run time')
  return code.replace(/^export default .*$/m, '')
}

/** Without what is only shown to people: nothing of it is needed to validate. */
function bare(value: unknown, inProperties = false): unknown {
  if (Array.isArray(value)) return value.map((item) => bare(item))
  if (typeof value !== 'object' || value === null) return value
  const shown = new Set(['description', 'examples', 'default', 'title'])
  const entries = Object.entries(value).filter(([key]) => inProperties || !shown.has(key))
  return Object.fromEntries(entries.map(([key, item]) => [key, bare(item, !inProperties && key === 'properties')]))
}
