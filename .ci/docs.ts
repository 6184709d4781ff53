// Writes the generated parts of the documentation: the reference of all keys from the published schema, and the examples of
// diagnostics from their golden files. `--check` only says what is stale.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as patterns from '../src/pipeline/patterns.ts'
import { KIND_KEYS, STEP_KINDS } from '../src/pipeline/words.ts'

interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly description?: string
  readonly default?: unknown
  readonly examples?: readonly unknown[]
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: boolean | Schema
  readonly items?: Schema
}

interface Published extends Schema {
  readonly $defs: Readonly<Record<string, Schema>>
}

const root = join(import.meta.dirname, '..')

/** What stands for the names that authors choose. */
const PLACEHOLDERS: Readonly<Record<string, string>> = { steps: 'ID', prices: 'MODEL' }

/** The forms of texts, as short as a table wants them. */
const FORMS: ReadonlyMap<string, string> = new Map([
  [patterns.DURATION, 'duration'], [patterns.MODEL, '`PROVIDER/MODEL`'], [patterns.NAME, 'name'], [patterns.ENV_NAME, 'name of a variable'],
  [patterns.HTTP_URL, 'URL'], [patterns.FILE_PATH, 'path'], [patterns.OWN_PATH, 'path'], [patterns.INSIDE_PATH, 'path'], [patterns.REPORT, '`tsc`, `eslint-json`, `junit:GLOB` or `sarif:PATH`'],
  [patterns.MATRIX_EXPRESSION, 'one expression'], [patterns.LIST_EXPRESSION, 'one expression'], [patterns.TASKS_EXPRESSION, 'one expression'], [patterns.FREE, '`free`'], [patterns.BRANCH, 'name of a branch'],
])

main([
  ['docs/language.md', (text) => between(text, 'reference', reference(whole(JSON.parse(read('schemas/pipeline.schema.json')) as Published)))],
  ['docs/diagnostics.md', withExamples],
])

function main(documents: readonly (readonly [string, (text: string) => string])[]): void {
  for (const [file, render] of documents) {
    const before = read(file)
    const after = render(before)
    if (before === after) continue
    if (!process.argv.includes('--check')) writeFileSync(join(root, file), after)
    else {
      console.error(`${file} is stale: run \`node .ci/docs.ts\``)
      process.exitCode = 1
    }
  }
}

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8')
}

function between(text: string, name: string, content: string): string {
  const [begin, end] = [`<!-- generated: ${name} -->`, `<!-- end of ${name} -->`]
  const [from, to] = [text.indexOf(begin), text.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`the marks of \`${name}\` are missing`)
  return `${text.slice(0, from)}${begin}\n\n${content}\n\n${text.slice(to)}`
}

// The examples of diagnostics: the block of a section is what its golden file tells first under that code.

function withExamples(text: string): string {
  return text.replaceAll(/^### `([a-z0-9-]+)`\n([^]*?)(?=^##|$(?![^]))/gm, (section, code: string, body: string) => {
    const golden = join(root, `test/golden/${code}.txt`)
    if (!existsSync(golden)) return section
    const words = body.replaceAll(/^```text\n[^]*?^```\n*/gm, '').trim()
    return `### \`${code}\`\n\n${words}\n\n\`\`\`text\n${firstOf(readFileSync(golden, 'utf8'), code)}\n\`\`\`\n\n`
  }).trimEnd().concat('\n')
}

function firstOf(golden: string, code: string): string {
  return golden.split('\n\n').find((part) => part.includes(`[${code}]: `))?.trimEnd() ?? ''
}

// The reference: a table for each mapping with keys of its own.

/** The schema with what its references name in their places; none of them leads back to itself. */
function whole({ $defs, ...schema }: Published): Schema {
  const fill = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(fill)
    if (typeof value !== 'object' || value === null) return value
    const { $ref, ...own } = value as Schema
    const named = $ref === undefined ? {} : ($defs[$ref.slice('#/$defs/'.length)] ?? {})
    return Object.fromEntries(Object.entries({ ...named, ...own }).map(([key, item]) => [key, fill(item)]))
  }
  return fill(schema) as Schema
}

function reference(schema: Schema): string {
  return (section('Top level', table(schema, Object.keys(schema.properties ?? {}))) + below(schema, '')).trimEnd()
}

function below(schema: Schema, path: string): string {
  return Object.entries(schema.properties ?? {}).map(([key, value]) => {
    const own = path === '' ? key : `${path}.${key}`
    const named = typeof value.additionalProperties === 'object' && value.additionalProperties.properties ? value.additionalProperties : undefined
    const record = named ?? value
    if (!record.properties) return ''
    const title = named ? `${own}.${PLACEHOLDERS[key] ?? 'NAME'}` : own
    return keysOf(title, record) + below(record, title)
  }).join('')
}

function keysOf(title: string, record: Schema): string {
  const all = Object.keys(record.properties ?? {})
  if (title !== 'steps.ID') return section(`\`${title}\``, table(record, all))
  const special = new Set(STEP_KINDS.flatMap((kind) => KIND_KEYS[kind]))
  const kinds = STEP_KINDS.map((kind) => {
    const keys = all.filter((key) => KIND_KEYS[kind].includes(key))
    return section(`\`steps.ID\`: what only \`${kind}\` steps have`, table(record, keys))
  })
  return section('`steps.ID`: what every step may have', table(record, all.filter((key) => !special.has(key)))) + kinds.join('')
}

function section(title: string, rows: string): string {
  return `### ${title}\n\n${rows}\n\n`
}

function table(schema: Schema, keys: readonly string[]): string {
  const rows = keys.map((key) => {
    const value = schema.properties?.[key] ?? {}
    const required = schema.required?.includes(key) === true ? ', required' : ''
    const [example] = value.examples ?? []
    return `| \`${key}\` | ${cell(typeOf(value))}${required} | ${cell(about(value))} | ${example === undefined ? '' : cell(code(example))} |`
  })
  return ['| key | type | meaning | example |', '| --- | --- | --- | --- |', ...rows].join('\n')
}

/** Descriptions tell defaults in their own words; one that does not gets it here. */
function about({ description = '', default: given }: Schema): string {
  return given === undefined || description.includes('Default:') ? description : `${description} Default: ${code(given)}.`
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ')
}

function code(value: unknown): string {
  return `\`${flow(value)}\``
}

/** A value as one would write it in a line of YAML. */
function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`
  if (typeof value === 'object' && value !== null) return `{ ${Object.entries(value).map(([key, item]) => `${key}: ${flow(item)}`).join(', ')} }`
  if (typeof value !== 'string') return JSON.stringify(value)
  return /^[\w./][\w ./*|-]*$/.test(value) && !/^(true|false|null|[\d.]+)$/.test(value) ? value : value.includes('"') ? `'${value}'` : `"${value}"`
}

function typeOf(schema: Schema): string {
  if (schema.const !== undefined) return code(schema.const)
  if (schema.enum) return schema.enum.map((word) => `\`${String(word)}\``).join(', ')
  const types = [schema.type ?? []].flat()
  return types.length === 0 ? 'any value' : types.map((type) => one(type, schema)).join(' or ')
}

function one(type: string, schema: Schema): string {
  switch (type) {
    case 'string': return FORMS.get(schema.pattern ?? '') ?? 'text'
    case 'integer': return `whole number${range(schema)}`
    case 'number': return `number${range(schema)}`
    case 'boolean': return '`true` or `false`'
    case 'array': return schema.items ? `list: ${typeOf(schema.items)}` : 'list'
    default: return 'mapping'
  }
}

function range({ minimum, maximum }: Schema): string {
  if (minimum === undefined || maximum === undefined) return ''
  return ` from ${minimum} to ${maximum.toLocaleString('en-US')}`
}
