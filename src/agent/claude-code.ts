import { isObject } from '../base/json.ts'
import type { Json, JsonObject } from '../base/json.ts'
import { accessOf, numberAt, textAt } from './program.ts'
import type { Executor, ProgramReader, ProgramTask, ProgramUsage, Said } from './program.ts'

const INSTRUCTIONS = 'instructions.md'

/** Anthropic's Claude Code, headless. */
export const CLAUDE_CODE: Executor = {
  name: 'claude-code',
  program: 'claude',
  install: 'npm install --global @anthropic-ai/claude-code',
  countsTurns: true,
  takesSchema: () => true,
  files: ({ instructions }) => (instructions.trim() === '' ? {} : { [INSTRUCTIONS]: instructions }),
  command(task, { session, fresh, schema }) {
    const tools = toolsOf(task)
    const args = [
      '--print', '--output-format', 'stream-json', '--verbose',
      // Settings, hooks and servers of the repository are programs of whoever wrote it; nobody is there to be asked.
      '--restricted', '--strict-mcp-config', '--permission-mode', 'dontAsk',
      '--tools', tools.map(({ name }) => name).join(','),
      ...tools.flatMap(({ calls }) => calls.flatMap((call) => ['--allowedTools', call])),
      ...(session === undefined ? ['--session-id', fresh] : ['--resume', session]),
      ...(task.model === undefined ? [] : ['--model', task.model]),
      ...(task.maxTurns === undefined ? [] : ['--max-turns', String(task.maxTurns)]),
      ...(task.instructions.trim() === '' ? [] : ['--append-system-prompt-file', `${task.home}/${INSTRUCTIONS}`]),
      ...(schema === undefined ? [] : ['--json-schema', JSON.stringify(schema)]),
    ]
    return { args, env: environmentOf(task) }
  },
  createReader,
}

/** What it may use, each with the calls that need no question; by default every call of a tool that it has. */
function toolsOf(task: ProgramTask): { readonly name: string; readonly calls: readonly string[] }[] {
  const { write, run } = accessOf(task)
  const whole = (name: string): { readonly name: string; readonly calls: readonly string[] } => ({ name, calls: [name] })
  const files = [...READING, ...(write ? WRITING : [])].map(whole)
  if (!run) return files
  if (task.permissions === 'full') return [...files, whole('Bash')]
  const calls = task.allowCommands.map((glob) => `Bash(${glob})`)
  return calls.length === 0 ? files : [...files, { name: 'Bash', calls }]
}

const READING = ['Read', 'Glob', 'Grep']
const WRITING = ['Edit', 'Write', 'NotebookEdit']

function environmentOf({ url, key, model, maxOutputTokens, home }: ProgramTask): Record<string, string> {
  const models = ['ANTHROPIC_MODEL', 'ANTHROPIC_SMALL_FAST_MODEL', 'ANTHROPIC_DEFAULT_HAIKU_MODEL', 'ANTHROPIC_DEFAULT_SONNET_MODEL', 'ANTHROPIC_DEFAULT_OPUS_MODEL']
  return {
    ANTHROPIC_BASE_URL: url, ANTHROPIC_API_KEY: key, CLAUDE_CODE_MAX_OUTPUT_TOKENS: String(maxOutputTokens),
    CLAUDE_CONFIG_DIR: `${home}/.claude`,
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1', DISABLE_AUTOUPDATER: '1', DISABLE_TELEMETRY: '1', DISABLE_ERROR_REPORTING: '1',
    ...(model === undefined ? {} : Object.fromEntries(models.map((name) => [name, model]))),
  }
}

function createReader(): ProgramReader {
  let text = ''
  let session: string | undefined
  let last: JsonObject | undefined
  return {
    line(event) {
      session = textAt(event, 'session_id') || session
      if (event['type'] === 'result') last = event
      if (event['type'] !== 'assistant' || !isObject(event['message'])) return {}
      const said = saidIn(event['message']['content'] as Json)
      text = said.text ?? text
      return said
    },
    result() {
      const result = last ?? {}
      const outputs = isObject(result['structured_output']) ? (result['structured_output']) : undefined
      const isDone = last !== undefined && result['is_error'] !== true && result['subtype'] === 'success'
      const told = textAt(result, 'result')
      return { isDone, text: outputs === undefined ? told || text : text || told, session, outputs, usage: last && usageOf(last), failure: isDone ? undefined : failureOf(last) }
    },
  }
}

function saidIn(content: Json): Said {
  const blocks = (Array.isArray(content) ? (content as readonly Json[]) : []).flatMap((block) => (isObject(block) ? [block] : []))
  const text = blocks.flatMap((block) => (block['type'] === 'text' ? [textAt(block, 'text')] : [])).join('')
  const tool = blocks.findLast((block) => block['type'] === 'tool_use')
  return { ...(text.trim() === '' ? {} : { text }), ...(tool ? { activity: `using ${textAt(tool, 'name')}` } : {}) }
}

/** By model, and of the whole session: the main loop's own count leaves out what helpers used. */
function usageOf(result: JsonObject): ProgramUsage | undefined {
  if (!isObject(result['modelUsage'])) return undefined
  const models = Object.values(result['modelUsage']).flatMap((value) => (isObject(value) ? [value] : []))
  const sum = (...keys: readonly string[]): number => models.reduce((total, model) => total + keys.reduce((part, key) => part + numberAt(model, key), 0), 0)
  return { input: sum('inputTokens', 'cacheReadInputTokens', 'cacheCreationInputTokens'), output: sum('outputTokens'), isTotal: true }
}

function failureOf(result: JsonObject | undefined): ReturnType<ProgramReader['result']>['failure'] {
  if (result === undefined) return undefined
  if (result['subtype'] === 'error_max_turns') return { code: 'max-turns', message: `the agent was not done after ${numberAt(result, 'num_turns')} turns` }
  const errors = Array.isArray(result['errors']) ? result['errors'].join('; ') : ''
  return { code: 'program-failed', message: textAt(result, 'result') || errors || textAt(result, 'subtype') }
}
