import type { JsonObject } from '../../base/json.ts'
import { shortLine } from '../excerpt.ts'
import { checkInput, inputSchema } from '../fields.ts'
import type { Fields, InputOf } from '../fields.ts'
import { portProblem } from '../path.ts'
import { isRefusal } from '../refusal.ts'
import { refuse } from '../tool.ts'
import type { Access, Tool, ToolAnswer } from '../tool.ts'

interface Definition<F extends Fields> {
  readonly name: string
  readonly about: string
  readonly access: Access
  readonly fields: F
  /** What it does, as a verb, and the field that says to what. */
  readonly activity: readonly [verb: string, field?: keyof F & string]
  run(input: InputOf<F>, signal: AbortSignal): Promise<ToolAnswer>
}

/** A tool whose input is checked before it runs, and to which a system's refusal is an answer. */
export function defineTool<F extends Fields>(definition: Definition<F>): Tool {
  const { name, about, access, fields, activity } = definition
  return {
    spec: { name, description: about, input: inputSchema(fields) },
    access,
    activity: (input) => describe(activity, input),
    async run(input, signal) {
      const checked = checkInput(fields, input)
      if (!checked.ok) return refuse(checked.error)
      try {
        return await definition.run(checked.value, signal)
      } catch (error) {
        if (isRefusal(error)) return refuse(`\`${name}\` failed: ${portProblem(error)}`)
        throw error
      }
    },
  }
}

function describe([verb, field]: readonly [string, string?], input: JsonObject): string {
  const value = field !== undefined && Object.hasOwn(input, field) ? input[field] : undefined
  return shortLine(typeof value === 'string' ? `${verb} ${value}` : verb, 100)
}
