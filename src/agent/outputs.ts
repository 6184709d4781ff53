import type { Json, JsonObject } from '../base/json.ts'
import type { Patterns } from '../base/ports.ts'
import { err, ok } from '../base/result.ts'
import type { Result } from '../base/result.ts'
import type { ToolSpec } from '../provider/model.ts'
import { shortLine } from './excerpt.ts'
import { createJudgedPatterns } from './judged-pattern.ts'

export const SUBMIT_OUTPUTS = 'submit_outputs'

const MOST_ERRORS = 10

/** Where an agent hands in its outputs. */
export interface OutputsGate {
  readonly spec: ToolSpec
  /** Compiles the schemas: an error names what is wrong with them, which is the author's mistake and not the agent's. */
  prepare(): Promise<Result<void, string>>
  /** The outputs as they are handed on, or what is wrong with them, as a text to the model. */
  check(input: JsonObject): Promise<Result<JsonObject, string>>
}

type Validate = (input: JsonObject) => Promise<string | undefined>

/** All declared outputs are required, and no others are taken. */
export function createOutputsGate(outputs: Readonly<Record<string, JsonObject>>, patterns: Patterns): OutputsGate {
  const schema = wholeSchema(outputs)
  let compiling: Promise<Validate> | undefined
  const validator = (): Promise<Validate> => (compiling ??= compile(outputs, schema, patterns))
  return {
    spec: {
      name: SUBMIT_OUTPUTS,
      description: 'Hands in your results. Call it once, when your work is done.',
      input: schema,
    },
    async prepare() {
      try {
        await validator()
        return ok(undefined)
      } catch (error) {
        if (error instanceof BrokenSchema) return err(error.message)
        throw error
      }
    },
    async check(input) {
      const clean = withoutPrototypes(input)
      const problem = await (await validator())(clean)
      return problem === undefined ? ok(clean) : err(problem)
    },
  }
}

/** What an author wrote is no JSON Schema. */
class BrokenSchema extends Error {}

async function compile(outputs: Readonly<Record<string, JsonObject>>, schema: JsonObject, patterns: Patterns): Promise<Validate> {
  // Once bundled, a package in CommonJS has no other export than the default one.
  const { Ajv2020 } = (await import('ajv/dist/2020.js')).default
  const judged = createJudgedPatterns(patterns)
  const settings = { strict: false, allErrors: true, validateFormats: false, logger: false, code: { regExp: judged.engine } } as const
  const validate = compileSchema(new Ajv2020(settings), schema)
  if (typeof validate !== 'string') return (input) => judged.settle(() => (validate(input) ? undefined : told(validate.errors ?? [])))
  for (const [name, part] of Object.entries(outputs)) {
    const problem = compileSchema(new Ajv2020(settings), part)
    if (typeof problem === 'string') throw new BrokenSchema(`the schema of the output \`${name}\` is broken: ${problem}`)
  }
  throw new BrokenSchema(`the schemas of the outputs are broken: ${validate}`)
}

/** The compiled schema, or what is wrong with it. */
function compileSchema<T extends object>(ajv: { compile(schema: JsonObject): T }, schema: JsonObject): T | string {
  try {
    return ajv.compile(schema)
  } catch (error) {
    return shortLine(error instanceof Error ? error.message : String(error), 300)
  }
}

function told(errors: readonly { instancePath: string; message?: string | undefined; params: object }[]): string {
  const lines = errors.slice(0, MOST_ERRORS).map(({ instancePath, message = 'is not valid', params }) => {
    const where = instancePath === '' ? 'the outputs' : `\`${instancePath}\``
    return `- ${where} ${message}${detailOf(params)}`
  })
  if (errors.length > lines.length) lines.push(`- and ${errors.length - lines.length} more`)
  return ['the outputs do not fit their schema:', ...lines].join('\n')
}

/** What ajv leaves out of its message. */
function detailOf(params: object): string {
  if ('allowedValues' in params) return `: ${JSON.stringify(params.allowedValues)}`
  return 'additionalProperty' in params ? `: ${JSON.stringify(params.additionalProperty)}` : ''
}

function wholeSchema(outputs: Readonly<Record<string, JsonObject>>): JsonObject {
  return {
    type: 'object',
    properties: Object.fromEntries(Object.entries(outputs).map(([name, schema]) => [name, moved(schema, pointerTo(name))])),
    required: Object.keys(outputs),
    additionalProperties: false,
  }
}

function pointerTo(name: string): string {
  return `#/properties/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
}

/** The author's references start at the top of the output's own schema, which is a part of a larger one here. */
function moved(schema: JsonObject, to: string): JsonObject {
  const move = (key: string, value: Json): Json =>
    key === '$ref' && typeof value === 'string' && /^#(\/|$)/.test(value) ? `${to}${value.slice(1)}` : value
  return JSON.parse(JSON.stringify(schema), (key, value: Json) => move(key, value)) as JsonObject
}

/** As JSON only: a key `__proto__` reaches nobody. */
function withoutPrototypes(input: JsonObject): JsonObject {
  return JSON.parse(JSON.stringify(input), (key, value: Json) => (key === '__proto__' ? undefined : value)) as JsonObject
}
