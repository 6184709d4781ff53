// Writes what editors and the program know about the form of a pipeline: the published JSON Schemas, the validator compiled
// from that of pipelines, and the bare schema that mistakes are explained by. `--check` only says whether a published one is stale.
import { Ajv2020 } from 'ajv/dist/2020.js'
import type { SchemaEnv } from 'ajv/dist/compile/index.js'
import standalone from 'ajv/dist/standalone/index.js'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from '../src/pipeline/vocabulary/pipeline.ts'
import { testFile } from '../src/pipeline/vocabulary/test.ts'
import { reportSchema } from '../src/report/vocabulary/report.ts'

type Schema = Record<string, unknown>

const root = join(import.meta.dirname, '..')
const schema = publishedSchema('pipeline', pipeline)
const tests = publishedSchema('test', testFile)
/** What is published, by the name of its file. */
const texts = new Map([
  ['pipeline', `${JSON.stringify(schema, undefined, 2)}\n`],
  ['test', `${JSON.stringify(tests, undefined, 2)}\n`],
  ['report', `${JSON.stringify(reportSchema(), undefined, 2)}\n`],
])

if (process.argv.includes('--check')) {
  for (const [name, text] of texts) {
    if (read(published(name)) === text) continue
    console.error(`schemas/${name}.schema.json is stale: run \`node .ci/schema.ts\``)
    process.exitCode = 1
  }
} else {
  for (const [name, text] of texts) writeFileSync(published(name), text)
  writeFileSync(join(root, 'src/cli/templates.generated.js'), `export const templates = ${JSON.stringify(templates())}\n`)
  for (const [prefix, published] of [['', schema], ['test-', tests]] as const) {
    const shape = bare(published) as Schema
    writeFileSync(join(root, `src/pipeline/${prefix}validator.generated.js`), compile(shape))
    writeFileSync(join(root, `src/pipeline/${prefix}shape.generated.js`), `export const shape = ${JSON.stringify(shape)}\n`)
  }
}

/** The ready pipelines and workflows as the program carries them, for `orch-run init`. */
function templates(): object {
  const texts = (folder: string): Record<string, string> => Object.fromEntries(
    readdirSync(join(root, folder)).filter((name) => name.endsWith('.yml')).sort().map((name) => [name.slice(0, -'.yml'.length), readFileSync(join(root, folder, name), 'utf8')]))
  return { pipelines: texts('pipelines'), workflows: texts('examples/workflows') }
}

function published(name: string): string {
  return join(root, `schemas/${name}.schema.json`)
}

/** Every titled part becomes a definition: short to read, and a function of its own that is compiled only if it is called. */
function publishedSchema(name: string, whole: object): Schema {
  const definitions: Schema = {}
  const lift = (value: unknown, isRoot: boolean): unknown => {
    if (Array.isArray(value)) return value.map((item) => lift(item, false))
    if (typeof value !== 'object' || value === null) return value
    const lifted = Object.fromEntries(Object.entries(value).map(([key, item]) => [key, key === 'examples' ? item : lift(item, false)]))
    if (isRoot || typeof lifted.title !== 'string') return lifted
    definitions[lifted.title] = lifted
    return { $ref: `#/$defs/${lifted.title}` }
  }
  const { title: _title, ...lifted } = lift(JSON.parse(JSON.stringify(whole)), true) as Schema
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `urn:orch-run:${name}:1`,
    title: `orch-run ${name}`,
    ...lifted,
    $defs: definitions,
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

function compile(shape: Schema): string {
  const ajv = new Ajv2020({
    allErrors: true, messages: false, strict: true, strictRequired: false, allowUnionTypes: true, inlineRefs: false,
    code: { source: true, esm: true, lines: true },
  })
  const validate = ajv.compile(shape)
  const code = withDefinitions(validate.schemaEnv, standalone.default(ajv, validate))
  if (/\brequire\(|^import\b/m.test(code)) throw new Error('the validator would need a package at run time')
  return withoutCopies(code.replace(/^export default .*$/m, ''))
}

/**
 * Mistakes of a part are put to those of the whole one by one: copying them all each time would be quadratic. And what is
 * written hundreds of times is written shortly: the program reads this file at each start.
 */
function withoutCopies(code: string): string {
  const copies = /vErrors = vErrors === null \? (validate\d+)\.errors : vErrors\.concat\(\1\.errors\);/g
  const pushes = /if\(vErrors === null\)\{\s*vErrors = \[(err\d+)\];\s*\}\s*else \{\s*vErrors\.push\(\1\);\s*\}/g
  const appended = code
    .replace(copies, 'for(const error of $1.errors)(vErrors ??= []).push(error);')
    .replace(pushes, '(vErrors ??= []).push($1);')
  if (appended.includes('.concat(')) throw new Error('the validator still copies its errors')
  return appended
}

/** The functions of definitions tell schema paths as if they stood alone; with their definition's name these hold in the whole. */
function withDefinitions({ refs }: SchemaEnv, code: string): string {
  const nameOf = (ref: string): string => ref.slice(ref.lastIndexOf('/') + 1)
  const owners = new Map(Object.entries(refs).map(([ref, env]) => [String((env as SchemaEnv).validateName), nameOf(ref)]))
  if (owners.size === 0) throw new Error('the definitions of the schema were not found')
  return code.split(/^(?=function validate\d+\()/m).map((part) => {
    const owner = owners.get(/^function (validate\d+)/.exec(part)?.[1] ?? '')
    return owner === undefined ? part : part.replaceAll('schemaPath:"#/', `schemaPath:"#/$defs/${owner}/`)
  }).join('')
}

/** Without what is only shown to people: nothing of it is needed to validate. */
function bare(value: unknown, isNames = false): unknown {
  if (Array.isArray(value)) return value.map((item) => bare(item))
  if (typeof value !== 'object' || value === null) return value
  const shown = new Set(['description', 'examples', 'default', 'title'])
  const entries = Object.entries(value).filter(([key]) => isNames || !shown.has(key))
  return Object.fromEntries(entries.map(([key, item]) => [key, bare(item, !isNames && (key === 'properties' || key === '$defs'))]))
}
