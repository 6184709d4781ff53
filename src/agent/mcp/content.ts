import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js'
import { excerptOf } from '../excerpt.ts'
import type { ToolAnswer } from '../tool.ts'

type Content = CallToolResult['content'][number]

/** What a server answered, as text: our models are handed nothing else. */
export function answerOf({ content, structuredContent, isError }: CallToolResult): ToolAnswer {
  const texts = content.map(textOf)
  // A server that tells its result as data ought to tell it as text too, and not all do.
  if (texts.length === 0 && structuredContent !== undefined) texts.push(JSON.stringify(structuredContent))
  const output = texts.join('\n')
  return { output: excerptOf(output.trim() === '' ? '[no output]' : output), isError: isError === true }
}

function textOf(content: Content): string {
  switch (content.type) {
    case 'text':
      return content.text
    case 'image': case 'audio':
      return `[${content.type}, ${content.mimeType}: cannot be shown]`
    case 'resource_link':
      return `[resource ${content.uri}: ${content.description ?? content.name}]`
    case 'resource':
      return 'text' in content.resource ? content.resource.text : `[resource ${content.resource.uri}: cannot be shown]`
  }
}
