import { isObject } from '../base/json.ts'
import type { JsonObject } from '../base/json.ts'
import { accessOf, numberAt, textAt } from './program.ts'
import type { Executor, ProgramReader, ProgramTask, ProgramUsage } from './program.ts'

/** Google's Gemini CLI, headless. */
export const GEMINI: Executor = {
  name: 'gemini',
  program: 'gemini',
  install: 'npm install --global @google/gemini-cli',
  countsTurns: true,
  takesSchema: () => false,
  files: (task) => ({
    '.gemini/settings.json': JSON.stringify(settingsOf(task)),
    // It takes what stands here for the instructions of its user.
    ...(task.instructions.trim() === '' ? {} : { '.gemini/GEMINI.md': task.instructions }),
  }),
  command(task, { session, fresh }) {
    const args = [
      '--output-format', 'stream-json', '--skip-trust', '--allowed-mcp-server-names', 'none', '--extensions', 'none',
      '--approval-mode', accessOf(task).write || accessOf(task).run ? 'yolo' : 'default',
      ...(session === undefined ? ['--session-id', fresh] : ['--resume', session]),
      ...(task.model === undefined ? [] : ['--model', task.model]),
    ]
    return { args, env: { GEMINI_API_KEY: task.key, GOOGLE_GEMINI_BASE_URL: task.url, GEMINI_TELEMETRY_ENABLED: 'false' } }
  },
  createReader,
}

const READING = ['read_file', 'read_many_files', 'glob', 'grep_search', 'list_directory']
const WRITING = ['write_file', 'replace']

/** It has only the tools that are named here, so none of them needs a question. It cannot hold its shell to a list of commands. */
function settingsOf(task: ProgramTask): JsonObject {
  const { write, run } = accessOf(task)
  const tools = [...READING, ...(write ? WRITING : []), ...(run && task.permissions === 'full' ? ['run_shell_command'] : [])]
  return {
    security: { auth: { selectedType: 'gemini-api-key' }, folderTrust: { enabled: true } },
    tools: { core: tools }, model: { maxSessionTurns: task.maxTurns ?? -1 }, hooksConfig: { enabled: false },
    general: { enableAutoUpdate: false, enableAutoUpdateNotification: false }, privacy: { usageStatisticsEnabled: false }, telemetry: { enabled: false },
  }
}

function createReader(): ProgramReader {
  let text = ''
  let isNewText = true
  let session: string | undefined
  let last: JsonObject | undefined
  return {
    line(event) {
      session = textAt(event, 'session_id') || session
      if (event['type'] === 'result') last = event
      if (event['type'] === 'tool_use') {
        isNewText = true
        return { activity: `using ${textAt(event, 'tool_name')}` }
      }
      if (event['type'] !== 'message' || event['role'] !== 'assistant') return {}
      const piece = textAt(event, 'content')
      text = isNewText ? piece : text + piece
      isNewText = false
      return { text: piece }
    },
    result() {
      const isDone = last?.['status'] === 'success'
      const usage = last && isObject(last['stats']) ? usageOf(last['stats']) : undefined
      return { isDone, text, session, outputs: undefined, usage, failure: isDone || !last ? undefined : failureOf(last) }
    },
  }
}

/** Of this turn; what is cached is a part of the input. Its own count of the output leaves thoughts out, the total does not. */
function usageOf(stats: JsonObject): ProgramUsage {
  const input = numberAt(stats, 'input_tokens')
  return { input, output: Math.max(0, numberAt(stats, 'total_tokens') - input), isTotal: false }
}

function failureOf(result: JsonObject): ReturnType<ProgramReader['result']>['failure'] {
  const error = isObject(result['error']) ? (result['error']) : {}
  const isLimit = textAt(error, 'type') === 'FatalTurnLimitedError'
  return { code: isLimit ? 'max-turns' : 'program-failed', message: isLimit ? 'the agent was not done within its turns' : textAt(error, 'message') }
}
