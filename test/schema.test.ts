import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Json } from '../src/base/json.ts'
import { parse } from '../src/document/parse.ts'
import { toValue } from '../src/document/value.ts'
import { load } from '../src/pipeline/load.ts'
import { orchRun } from './rig/program.ts'
import { ROOT, asPipeline, documents, pipelineFiles, readDocument, yamlBlocks } from './golden/blocks.ts'

const schemas = readdirSync(join(ROOT, 'schemas')).map((name) => [name, JSON.parse(readDocument(`schemas/${name}`)) as Schema] as const)
const pipeline = schemas.find(([name]) => name === 'pipeline.schema.json')?.[1] ?? {}

interface Schema {
  readonly $schema?: string
  readonly $id?: string
}

type Verdict = (value: unknown) => boolean

/** Another validator than the program's own: written by the people of the specification, and sharing no code with ajv. */
const OTHER = '@hyperjump/json-schema/draft-2020-12'
const META_SCHEMA = 'https://json-schema.org/draft/2020-12/schema'

/** What of it is used, by its documentation. */
interface Hyperjump {
  registerSchema(this: void, schema: object, retrievalUri?: string): void
  /** Compiles; rejects when the schema itself is not valid by its meta-schema. */
  validate(this: void, schemaUri: string): Promise<(value: unknown) => { readonly valid: boolean }>
}

function isInstalled(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name)
    return true
  } catch {
    return false
  }
}

const installed = isInstalled(OTHER)
const reason = installed ? '' : ` (skipped: the package @hyperjump/json-schema is not installed)`

async function hyperjump(): Promise<Hyperjump> {
  return (await import(/* @vite-ignore */ OTHER)) as Hyperjump
}

describe('the published schemas', () => {
  it('are fresh', () => {
    const ended = spawnSync(process.execPath, [join(ROOT, '.ci/schema.ts'), '--check'], { encoding: 'utf8' })
    expect({ code: ended.status, said: ended.stderr }).toEqual({ code: 0, said: '' })
  })

  it.each(schemas)('%s says what it is', (_name, schema) => {
    expect(schema.$schema).toBe(META_SCHEMA)
    expect(schema.$id).toMatch(/^urn:orch-run:/)
  })

  it.each(schemas)('%s is valid by the meta-schema, says ajv', (_name, schema) => {
    expect(new Ajv2020().validateSchema(schema as object)).toBe(true)
  })

  it.skipIf(!installed).each(schemas)(`%s is valid by the meta-schema, says another validator${reason}`, async (_name, schema) => {
    const isSchema = await (await hyperjump()).validate(META_SCHEMA)
    expect(isSchema(schema)).toMatchObject({ valid: true })
    expect(isSchema({ ...schema, type: 'mapping' })).toMatchObject({ valid: false })
  })
})

describe('the command `schema`', () => {
  it.each(['pipeline', 'report'])('prints the published schema of a %s', async (name) => {
    const ended = await orchRun({ cwd: ROOT, args: ['schema', name] })
    expect({ code: ended.code, stderr: ended.stderr }).toEqual({ code: 0, stderr: '' })
    expect(ended.stdout).toBe(readDocument(`schemas/${name}.schema.json`))
  })

  it('says which there are', async () => {
    const ended = await orchRun({ cwd: ROOT, args: ['schema', 'run'] })
    expect({ ...ended, ms: 0 }).toEqual({ code: 2, stdout: '', stderr: 'error: there is no schema `run`\n  help: one of `pipeline`, `test`, `report`\n', ms: 0 })
  })
})

/** A text that is, or is not, a pipeline. */
interface Sample {
  readonly name: string
  readonly text: string
}

function samples(): Sample[] {
  const golden = readdirSync(join(import.meta.dirname, 'golden')).filter((name) => name.endsWith('.yml'))
  const cases = ['bad-inputs', 'state', 'language'].flatMap((name) =>
    (JSON.parse(readFileSync(join(import.meta.dirname, `corpus/${name}.json`), 'utf8')) as { cases: { id: string; files?: Record<string, string> }[] }).cases)
  const corpus = cases.flatMap(({ id, files = {} }) => Object.entries(files).filter(([path]) => path.endsWith('.yml')).map(([path, text]) => ({ name: `${id}: ${path}`, text })))
  const blocks = documents().flatMap((file) => yamlBlocks(file, readDocument(file))).filter((block) => block.kind !== 'file')
  return [
    ...golden.map((name) => ({ name, text: readFileSync(join(import.meta.dirname, 'golden', name), 'utf8') })),
    ...corpus,
    ...pipelineFiles().map((file) => ({ name: file, text: readDocument(file) })),
    ...blocks.map((block) => ({ name: `${block.file}:${block.line}`, text: asPipeline(block) })),
  ]
}

/** Mistakes of form: these the schema must refuse too, or it would be no help in an editor. */
const FORM = new Set([
  'unknown-key', 'misplaced-key', 'several-kinds', 'missing-kind', 'wrong-type', 'unknown-value', 'out-of-range', 'bad-name', 'bad-model', 'bad-price', 'bad-value',
])

interface Judged extends Sample {
  readonly value: Json
  readonly accepted: boolean
  readonly codes: readonly string[]
}

async function judgedSamples(): Promise<Judged[]> {
  const judged: Judged[] = []
  for (const sample of samples()) {
    const { root } = parse(sample.text, sample.name).document
    const { pipeline: loaded, diagnostics } = await load(sample.text, sample.name)
    if (root) judged.push({ ...sample, value: plain(toValue(root)), accepted: loaded !== undefined, codes: diagnostics.map((diagnostic) => diagnostic.code) })
  }
  return judged
}

/** With ordinary prototypes: without one a value is no JSON to some validators. */
function plain(value: Json): Json {
  return JSON.parse(JSON.stringify(value)) as Json
}

describe('the pipeline schema agrees with the program', () => {
  let judged: Judged[] = []
  beforeAll(async () => {
    judged = await judgedSamples()
  })

  it('on many samples of both kinds', () => {
    expect(judged.filter(({ accepted }) => accepted).length).toBeGreaterThan(40)
    expect(judged.filter(({ accepted }) => !accepted).length).toBeGreaterThan(100)
  })

  it('says ajv', () => {
    const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(pipeline as object)
    expect(disagreements(judged, (value) => validate(value))).toEqual([])
  })

  it.skipIf(!installed)(`says another validator${reason}`, async () => {
    const { registerSchema, validate } = await hyperjump()
    registerSchema(pipeline)
    const judge = await validate(pipeline.$id ?? '')
    expect(disagreements(judged, (value) => judge(value).valid)).toEqual([])
  })
})

/** What the program takes the schema must take, and what is of the wrong form the schema must refuse. */
function disagreements(judged: readonly Judged[], fits: Verdict): string[] {
  return judged.flatMap(({ name, value, accepted, codes }) => {
    if (accepted && !fits(value)) return [`${name}: the program accepts it, the schema does not`]
    const form = codes.find((code) => FORM.has(code))
    return form !== undefined && fits(value) ? [`${name}: it has a mistake of form (${form}), and the schema accepts it`] : []
  })
}
