import { execFileSync } from 'node:child_process'
import { mkdtempSync, mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { AgentIo, AgentTask } from '../../../src/agent/agent.ts'
import { createToolbox } from '../../../src/agent/toolbox.ts'
import type { ToolAnswer, Toolbox, ToolWorld } from '../../../src/agent/tool.ts'
import type { JsonObject } from '../../../src/base/json.ts'
import type { Result } from '../../../src/base/result.ts'
import { createClock } from '../../../src/host/clock.ts'
import { createFiles } from '../../../src/host/files.ts'
import { createProcesses } from '../../../src/host/processes.ts'
import { createPages } from '../../../src/host/pages.ts'
import { createPatterns } from '../../../src/host/regex.ts'
import { createSockets } from '../../../src/host/sockets.ts'
import type { Refusal } from '../../../src/provider/caller.ts'
import type { ModelReply, ModelRequest, StopReason, Usage } from '../../../src/provider/model.ts'
import { NO_USAGE } from '../../../src/provider/model.ts'

export const PATH = process.env['PATH'] ?? ''

export const ports: ToolWorld['ports'] = {
  files: createFiles(),
  processes: createProcesses({ PATH }),
  clock: createClock(),
  patterns: createPatterns(),
  pages: createPages(),
  sockets: createSockets(),
}

/** A folder `work` with files in it, beside a folder `outside`; both are gone after the test. */
export function temporaryRoot(files: Readonly<Record<string, string>> = {}): string {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'agent-')))
  onTestFinished(() => rmSync(base, { recursive: true, force: true }))
  const root = join(base, 'work')
  mkdirSync(root)
  mkdirSync(join(base, 'outside'))
  writeFileSync(join(base, 'outside', 'secret.txt'), 'secret\n')
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return root
}

export function shell(cwd: string, script: string): string {
  return execFileSync('bash', ['-euo', 'pipefail', '-c', script], { cwd, encoding: 'utf8' })
}

export function taskIn(root: string, changes: Partial<AgentTask> = {}): AgentTask {
  return {
    instructions: 'Be brief.', prompt: 'Work.', outputs: {}, model: 'm', maxTurns: 10, maxOutputTokens: 1000, contextTokens: undefined, temperature: undefined,
    tools: ['files', 'shell'], permissions: 'full', allowCommands: [], allowHosts: [], root, cwd: root, env: { PATH }, ...changes,
  }
}

export const never = new AbortController().signal

/** Calls one tool of a fresh toolbox. */
export async function use(task: AgentTask, name: string, input: JsonObject, world = ports, signal = never): Promise<ToolAnswer> {
  const tool = createToolbox(world, task).tools.get(name)
  if (!tool) throw new Error(`${name} is not offered`)
  return tool.run(input, signal)
}

type Step = Partial<ModelReply['message']> & { readonly stop?: StopReason; readonly usage?: Usage; readonly calls?: readonly (readonly [string, JsonObject])[] }
export type Script = readonly (Step | Refusal | ((request: ModelRequest) => Step))[]

export interface Rig {
  readonly io: AgentIo
  readonly toolbox: Toolbox
  readonly requests: ModelRequest[]
  readonly transcript: JsonObject[]
  readonly activities: string[]
  readonly texts: string[]
  readonly abort: AbortController
}

/** A model that answers from a script, and all that the agent tells. */
export function rig(task: AgentTask, script: Script): Rig {
  const abort = new AbortController()
  const all: Pick<Rig, 'requests' | 'transcript' | 'activities' | 'texts'> = { requests: [], transcript: [], activities: [], texts: [] }
  const io: AgentIo = {
    async call(request): Promise<Result<ModelReply, Refusal>> {
      const next = script[all.requests.length]
      all.requests.push(request)
      if (next === undefined) throw new Error(`the script has no answer for call ${all.requests.length}`)
      const step = typeof next === 'function' ? next(request) : next
      if ('kind' in step) return { ok: false, error: step }
      return { ok: true, value: replyOf(step, all.requests.length) }
    },
    activity: (text) => void all.activities.push(text),
    text: (chunk) => void all.texts.push(chunk),
    transcript: (entry) => void all.transcript.push(entry),
    signal: abort.signal,
  }
  return { io, toolbox: createToolbox(ports, task), abort, ...all }
}

function replyOf({ text = '', toolCalls, calls = [], opaque, stop, usage = NO_USAGE }: Step, turn: number): ModelReply {
  const made = toolCalls ?? calls.map(([name, input], index) => ({ id: `${turn}-${index}`, name, input, text: JSON.stringify(input) }))
  return {
    message: { role: 'assistant', text, toolCalls: made, ...(opaque ? { opaque } : {}) },
    stop: stop ?? (made.length > 0 ? 'tool-use' : 'end'),
    usage,
    model: 'm-1',
    requestId: undefined,
  }
}
