import { isObject } from '../base/json.ts'
import type { Json, JsonObject } from '../base/json.ts'
import { err, ok } from '../base/result.ts'
import type { Usage } from '../provider/model.ts'
import { capped, mostTokens, onlyKeys, textOf } from './measure.ts'
import type { Parts } from './measure.ts'
import type { Protocol } from './protocol.ts'

const KEYS = ['contents', 'systemInstruction', 'tools', 'toolConfig', 'safetySettings', 'generationConfig']

const PARTS: Parts = {
  isPicture: ({ inlineData }) => isObject(inlineData) && isKind(inlineData['mimeType'], /^image\//),
  isUnknown: ({ inlineData, fileData }) => {
    return fileData !== undefined || (isObject(inlineData) && !isKind(inlineData['mimeType'], /^(image|text)\//))
  },
}

function isKind(type: unknown, kinds: RegExp): boolean {
  return typeof type === 'string' && kinds.test(type)
}

/** Gemini's own API; its model stands in the address, and is put into the body by whoever read that. */
export const GENERATE: Protocol = {
  admit(asked, rules) {
    const model = rules.model ?? textOf(asked['model'])
    if (model === undefined) return err('`model` is missing')
    if (asked['cachedContent'] !== undefined) return err('`cachedContent` is not let through: what the provider has stored cannot be weighed')
    const body = onlyKeys(asked, KEYS)
    if (Array.isArray(body['tools'])) body['tools'] = (body['tools'] as readonly Json[]).flatMap(ownTools)
    const config = isObject(body['generationConfig']) ? (body['generationConfig']) : {}
    const output = capped(config['maxOutputTokens'], rules.maxOutputTokens)
    const { candidateCount: _count, ...kept } = config
    const sent = { ...body, generationConfig: { ...kept, maxOutputTokens: output } }
    return ok({ body: sent, model, most: { input: mostTokens(sent, PARTS), output } })
  },
  createReader() {
    let usage: Usage | undefined
    let isFinished = false
    const read = (value: unknown): boolean => {
      if (!isObject(value)) return false
      if (isObject(value['usageMetadata'])) usage = counted(value['usageMetadata'])
      const candidates = Array.isArray(value['candidates']) ? (value['candidates'] as unknown[]) : []
      isFinished ||= isObject(value['promptFeedback']) || candidates.some((candidate) => isObject(candidate) && typeof candidate['finishReason'] === 'string')
      // There is no last event: what counts may come after the reason to finish.
      return false
    }
    return { event: read, whole: (value) => void read(value), usage: () => (isFinished ? usage : undefined) }
  },
}

/** Only functions: what the vendor runs itself has a price for each use. */
function ownTools(tool: Json): JsonObject[] {
  return isObject(tool) && Array.isArray(tool['functionDeclarations']) ? [{ functionDeclarations: tool['functionDeclarations'] as readonly Json[] }] : []
}

/** The prompt's count holds what was read from the cache; thoughts are counted apart and cost what answers cost. */
function counted(metadata: Record<string, unknown>): Usage {
  const number = (name: string): number => (typeof metadata[name] === 'number' && metadata[name] >= 0 ? metadata[name] : 0)
  const cacheRead = number('cachedContentTokenCount')
  const input = number('promptTokenCount') + number('toolUsePromptTokenCount')
  return { input: Math.max(0, input - cacheRead), output: number('candidatesTokenCount') + number('thoughtsTokenCount'), cacheRead, cacheWrite: 0 }
}
