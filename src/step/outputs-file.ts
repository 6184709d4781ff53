import type { Json, JsonObject } from '../base/json.ts'
import { err, ok } from '../base/result.ts'
import type { Result } from '../base/result.ts'
import type { OutputsSpec } from '../pipeline/pipeline.ts'

/** More than this is no output but a file: it would have to fit into the journal, the report and a variable. */
const MOST_CHARACTERS = 1_000_000

/**
 * The outputs that a script left: lines `name=value`, or `name<<MARK`, any lines, and `MARK` alone on a line. A line that is
 * neither is a mistake, told with its number.
 */
export function parseOutputs(text: string): Result<Map<string, string>, string> {
  if (text.length > MOST_CHARACTERS) return err(`the outputs have ${text.length} characters, at most 1,000,000 are allowed`)
  const outputs = new Map<string, string>()
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  for (let at = 0; at < lines.length; at += 1) {
    const line = (lines[at] ?? '').replace(/\r$/, '')
    if (line === '') continue
    const [, name, sign, rest] = /^([A-Za-z_][A-Za-z0-9_-]*)(=|<<)(.*)$/s.exec(line) ?? []
    if (name === undefined || rest === undefined) return err(`line ${at + 1} of the outputs is neither \`name=value\` nor \`name<<MARK\``)
    if (sign === '=') {
      outputs.set(name, rest)
      continue
    }
    const end = lines.findIndex((candidate, index) => index > at && candidate.replace(/\r$/, '') === rest)
    if (rest === '' || end === -1) return err(`the output \`${name}\` begins on line ${at + 1} and its end mark never comes`)
    outputs.set(name, lines.slice(at + 1, end).join('\n'))
    at = end
  }
  return ok(outputs)
}

/** The outputs as values: text, or what a declared schema asks for. Declared ones must be set. */
export async function typedOutputs(texts: ReadonlyMap<string, string>, declared: OutputsSpec | undefined): Promise<Result<JsonObject, string>> {
  const values: [string, Json][] = []
  for (const name of declared?.keys() ?? []) if (!texts.has(name)) return err(`the output \`${name}\` is declared and was not set`)
  for (const [name, text] of texts) {
    if (declared && !declared.has(name)) return err(`the output \`${name}\` was set and is not declared`)
    const schema = declared?.get(name)
    if (schema === undefined || schema.type === 'string') values.push([name, text])
    else {
      const value = parseJson(text)
      if (value === undefined) return err(`the output \`${name}\` must be JSON, as its schema asks`)
      values.push([name, value])
    }
    const fault = schema && (await schemaFault(schema, values.at(-1)?.[1] ?? null))
    if (fault) return err(`the output \`${name}\` does not fit its schema: ${fault}`)
  }
  return ok(Object.fromEntries(values))
}

async function schemaFault(schema: JsonObject, value: Json): Promise<string | undefined> {
  // Once bundled, a package in CommonJS has no other export than the default one.
  const { Ajv2020 } = (await import('ajv/dist/2020.js')).default
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  return ajv.validate(schema, value) ? undefined : ajv.errorsText(ajv.errors, { dataVar: 'value' })
}

function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}
