import { isObject } from '../base/json.ts'
import type { JsonObject } from '../base/json.ts'
import { accessOf, numberAt, textAt } from './program.ts'
import type { Executor, ProgramReader, ProgramTask, ProgramUsage, Said } from './program.ts'

const SCHEMA = 'outputs.schema.json'
const KEY = 'ORCH_AGENT_KEY'

/** What reaches beyond the worktree and the model, or asks somebody. */
const OFF = [
  'apps', 'plugins', 'multi_agent', 'image_generation', 'browser_use', 'computer_use', 'goals', 'skill_mcp_dependency_install', 'tool_suggest',
  'memories', 'hooks', 'sleep_tool',
]

/** OpenAI's Codex, headless. It has no bound of turns of its own: its model calls are counted for it. */
export const CODEX: Executor = {
  name: 'codex',
  program: 'codex',
  install: 'npm install --global @openai/codex',
  countsTurns: false,
  takesSchema: isStrict,
  files: (task, schema) => ({ '.codex/config.toml': settingsOf(task), ...(schema === undefined ? {} : { [SCHEMA]: JSON.stringify(schema) }) }),
  command(task, { session, schema }) {
    const args = [
      'exec', ...(session === undefined ? [] : ['resume']), '--json', '--skip-git-repo-check', '--ignore-rules',
      ...(schema === undefined ? [] : ['--output-schema', `${task.home}/${SCHEMA}`]),
      ...(session === undefined ? [] : [session]), '-',
    ]
    return { args, env: { CODEX_HOME: `${task.home}/.codex`, [KEY]: task.key } }
  },
  createReader,
}

/** In TOML. */
function settingsOf(task: ProgramTask): string {
  const { write } = accessOf(task)
  const isOpen = task.isSandboxed || (write && task.permissions === 'full')
  const lines = [
    ...(task.model === undefined ? [] : [`model = ${toml(task.model)}`]),
    'model_provider = "orch"', 'approval_policy = "never"', 'web_search = "disabled"', 'check_for_update_on_startup = false',
    `sandbox_mode = ${toml(isOpen ? 'danger-full-access' : write ? 'workspace-write' : 'read-only')}`,
    ...(task.instructions.trim() === '' ? [] : [`developer_instructions = ${toml(task.instructions)}`]),
    '[model_providers.orch]', 'name = "orch-run"', `base_url = ${toml(`${task.url}/v1`)}`, `env_key = "${KEY}"`, 'wire_api = "responses"',
    'request_max_retries = 4', 'stream_max_retries = 2',
    // Settings and servers of the repository are programs of whoever wrote it.
    `[projects.${toml(task.root)}]`, 'trust_level = "untrusted"',
    '[shell_environment_policy]', `exclude = ["${KEY}"]`,
    '[features]', ...OFF.map((feature) => `${feature} = false`),
  ]
  return `${lines.join('\n')}\n`
}

/** JSON's strings are TOML's too, but for one character. */
function toml(text: string): string {
  return JSON.stringify(text).replaceAll('\u007f', '\\u007f')
}

/** What OpenAI takes as a strict schema: every object closed, and all that it has required. */
export function isStrict(schema: JsonObject): boolean {
  const { properties, items, required } = schema
  if (Object.keys(schema).some((key) => !STRICT_KEYS.has(key))) return false
  if (schema['type'] === 'object' || properties !== undefined) {
    const names = isObject(properties) ? Object.keys(properties) : []
    const isClosed = schema['additionalProperties'] === false && Array.isArray(required) && names.every((name) => required.includes(name))
    if (!isClosed || !Object.values(isObject(properties) ? (properties) : {}).every((part) => isObject(part) && isStrict(part))) return false
  }
  return items === undefined || (isObject(items) && isStrict(items))
}

const STRICT_KEYS = new Set(['type', 'properties', 'required', 'additionalProperties', 'items', 'enum', 'const', 'description', 'title', 'minimum', 'maximum', 'minItems', 'maxItems'])

function createReader(): ProgramReader {
  let text = ''
  let session: string | undefined
  let isDone = false
  let usage: ProgramUsage | undefined
  let failure: string | undefined
  return {
    line(event) {
      session = textAt(event, 'thread_id') || session
      if (event['type'] === 'turn.failed' && isObject(event['error'])) failure = textAt(event['error'], 'message')
      if (event['type'] === 'error') failure ??= textAt(event, 'message')
      if (event['type'] === 'turn.completed') {
        isDone = true
        if (isObject(event['usage'])) usage = usageOf(event['usage'])
      }
      const said = isObject(event['item']) ? saidBy(event['item'], textAt(event, 'type')) : {}
      text = said.text ?? text
      return said
    },
    result: () => ({ isDone, text, session, outputs: undefined, usage, failure: isDone || failure === undefined ? undefined : { code: 'program-failed', message: failure } }),
  }
}

function saidBy(item: JsonObject, event: string): Said {
  switch (textAt(item, 'type')) {
    case 'agent_message': return event === 'item.completed' ? { text: textAt(item, 'text') } : {}
    case 'command_execution': return event === 'item.started' ? { activity: `running ${textAt(item, 'command')}` } : {}
    case 'file_change': return { activity: 'changing files' }
    default: return {}
  }
}

/** Of the whole thread; what is cached is a part of the input. */
function usageOf(usage: JsonObject): ProgramUsage {
  return { input: numberAt(usage, 'input_tokens'), output: numberAt(usage, 'output_tokens'), isTotal: true }
}
