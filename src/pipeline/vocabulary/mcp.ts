import * as Type from 'typebox'
import { FILLED, HEADER_NAME, HTTP_URL, NAME, ONE_LINE } from '../patterns.ts'
import { env, named, record, text, texts, when } from './values.ts'

const server = record(
  'tool-server',
  {
    command: Type.Optional(texts(FILLED, {
      minItems: 1,
      description: 'A server that is started for each agent, as the agent’s commands are: the program and its arguments, in the worktree. It speaks on its standard input and output.',
      examples: [['npx', '-y', '@modelcontextprotocol/server-filesystem', './docs']],
    })),
    url: Type.Optional(text(HTTP_URL, { description: 'A server that runs already: where it answers, by streamable HTTP.', examples: ['https://mcp.example.com/mcp'] })),
    env: Type.Optional(env({ description: 'With `command`: variables for the server, beside those of the agent’s commands.' })),
    headers: Type.Optional(named(HEADER_NAME, Type.String({ pattern: ONE_LINE }), {
      description: 'With `url`: headers of every request. A key never stands in the file: `${{ secrets.NAME }}`.',
      examples: [{ authorization: 'Bearer ${{ secrets.DOCS_TOKEN }}' }],
    })),
  },
  {
    allOf: [
      when({ required: ['command'] }, { properties: { url: false, headers: false } }),
      when({ required: ['url'] }, { properties: { env: false } }),
      { anyOf: [{ required: ['command'] }, { required: ['url'] }] },
    ],
  },
)

export const mcp = named(NAME, server, {
  description: 'Servers of the Model Context Protocol, by name: their tools are those of agents that name them in `tools`.',
  examples: [{ docs: { command: ['npx', '-y', '@modelcontextprotocol/server-filesystem', './docs'] } }],
})
