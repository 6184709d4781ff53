import type { SimReply, SimTurn, Speech } from './answer.ts'
import { halves } from './messages.ts'

interface Part {
  readonly text?: string
  readonly functionCall?: { readonly name: string }
  readonly functionResponse?: { readonly response: unknown }
}

interface Body {
  readonly contents: readonly { readonly role: 'user' | 'model'; readonly parts: readonly Part[] }[]
  readonly systemInstruction?: { readonly parts: readonly Part[] }
  readonly tools?: readonly { readonly functionDeclarations?: readonly { readonly name: string }[] }[]
  readonly generationConfig?: { readonly maxOutputTokens?: number }
}

/** Gemini's own API, streamed. */
export const GENERATE: Speech = {
  path: /^\/v1beta\/models\/[^:]+:streamGenerateContent$/,
  end: '',
  ping: ': keep-alive\n\n',
  read(raw, path = '') {
    const body = raw as unknown as Body
    const turns = body.contents.flatMap(({ role, parts }) => turnsOf(role, parts))
    return {
      model: /models\/([^:]+):/.exec(path)?.[1] ?? '',
      system: (body.systemInstruction?.parts ?? []).map((part) => part.text ?? '').join(''),
      task: turns.find((turn) => turn.role === 'user')?.text ?? '',
      turns,
      tools: (body.tools ?? []).flatMap((tool) => (tool.functionDeclarations ?? []).map(({ name }) => name)),
      maxOutputTokens: body.generationConfig?.maxOutputTokens ?? 0,
    }
  },
  events(request, reply, usage) {
    const chunk = (parts: unknown[], extra: object = {}): { readonly data: unknown } => ({
      data: { candidates: [{ content: { role: 'model', parts }, index: 0, ...extra }], modelVersion: request.model },
    })
    const calls = (reply.calls ?? []).map(({ name, input }) => ({ functionCall: { name, args: input } }))
    const thoughts = reply.thinking === undefined ? 0 : Math.min(1, usage.output)
    const counts = {
      promptTokenCount: usage.input + usage.cacheRead, cachedContentTokenCount: usage.cacheRead, candidatesTokenCount: usage.output - thoughts,
      thoughtsTokenCount: thoughts, totalTokenCount: usage.input + usage.cacheRead + usage.output,
    }
    const last = chunk(calls, { finishReason: finishReason(reply) }).data as object
    return [...(reply.text === undefined ? [] : halves(reply.text).map((text) => chunk([{ text }]))), { data: { ...last, usageMetadata: counts } }]
  },
  error: (code, message) => ({ data: { error: { code: 500, status: code, message } } }),
}

function turnsOf(role: 'user' | 'model', parts: readonly Part[]): SimTurn[] {
  const text = parts.map((part) => part.text ?? '').join('')
  if (role === 'model') return [{ role: 'assistant', text, calls: parts.flatMap((part) => (part.functionCall ? [part.functionCall.name] : [])) }]
  const results = parts.flatMap((part): SimTurn[] => (part.functionResponse ? [{ role: 'tool', output: JSON.stringify(part.functionResponse.response) }] : []))
  return text === '' ? results : [...results, { role: 'user', text }]
}

function finishReason({ stop }: SimReply): string {
  return stop === 'max-tokens' ? 'MAX_TOKENS' : stop === 'refusal' ? 'SAFETY' : 'STOP'
}
