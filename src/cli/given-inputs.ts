import { resolve } from 'node:path'
import type { Json, JsonObject } from '../base/json.ts'
import { isObject } from '../base/json.ts'
import { PortError } from '../base/ports.ts'
import type { Files } from '../base/ports.ts'
import { parse } from '../document/parse.ts'
import { toValue } from '../document/value.ts'
import { resolveInputs } from '../pipeline/inputs.ts'
import type { Given } from '../pipeline/inputs.ts'
import type { Pipeline } from '../pipeline/pipeline.ts'
import { EXIT } from './exit-code.ts'
import type { RunOptions } from './run-options.ts'
import { Stop } from './stop.ts'

/** The inputs of a run from the command line and a file; the command line wins. Throws `Stop` for anything that does not fit. */
export async function givenInputs(files: Files, pipeline: Pipeline, options: Pick<RunOptions, 'input' | 'inputsFile'>, cwd: string): Promise<JsonObject> {
  const given = new Map<string, Given>()
  if (options.inputsFile !== undefined) {
    for (const [name, value] of Object.entries(await readInputs(files, options.inputsFile, cwd))) given.set(name, { kind: 'value', value })
  }
  for (const pair of options.input) {
    const at = pair.indexOf('=')
    if (at < 1) throw new Stop(EXIT.invalid, `\`${pair}\` is no input, it must be written NAME=VALUE`)
    const value = pair.slice(at + 1)
    given.set(pair.slice(0, at), { kind: 'text', text: value.startsWith('@') ? await readText(files, value.slice(1), cwd) : value })
  }
  const resolved = resolveInputs(pipeline, given)
  if (resolved.ok) return resolved.value
  throw new Stop(EXIT.invalid, resolved.error.join('\nerror: '), 'the inputs of a pipeline are given by `-i NAME=VALUE` or `--inputs-file FILE`')
}

async function readInputs(files: Files, path: string, cwd: string): Promise<Record<string, Json>> {
  const text = await readText(files, path, cwd)
  const plain = parseJson(text)
  if (isObject(plain)) return plain as JsonObject
  const { document, diagnostics } = parse(text, path)
  const first = diagnostics.find((diagnostic) => diagnostic.severity === 'error')
  if (first) throw new Stop(EXIT.invalid, `${path}:${first.line}:${first.column}: ${first.message}`)
  const value = document.root && toValue(document.root)
  if (!isObject(value)) throw new Stop(EXIT.invalid, `\`${path}\` must hold a mapping of inputs`)
  return value
}

/** JSON may hold characters that YAML refuses; what is none of it gets its diagnostics as YAML. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

async function readText(files: Files, path: string, cwd: string): Promise<string> {
  try {
    return await files.read(resolve(cwd, path))
  } catch (error) {
    if (error instanceof PortError) throw new Stop(EXIT.invalid, `the file \`${path}\` cannot be read: ${error.message}`)
    throw error
  }
}
