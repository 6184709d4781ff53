import { isObject } from '../base/json.ts'
import type { JsonObject } from '../base/json.ts'
import type { ToolCall } from './model.ts'

/** A call of a tool as the model wrote it. No text at all means no arguments; what is no JSON object has no input. */
export function toolCall(id: string, name: string, text: string): ToolCall {
  return { id, name, input: text.trim() === '' ? {} : parseObject(text), text }
}

function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? (value as JsonObject) : undefined
  } catch {
    return undefined
  }
}
