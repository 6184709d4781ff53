import type { JsonObject } from '../base/json.ts'
import { err, ok } from '../base/result.ts'
import type { Result } from '../base/result.ts'
import type { AssistantMessage, Message, ModelReply, ModelRequest, ToolSpec } from '../provider/model.ts'
import { ABORTED, failureOf } from './agent-failure.ts'
import type { AgentDone, AgentFailure, AgentIo, AgentTask, Conversation } from './agent.ts'
import { runCalls } from './calls.ts'
import { createContextWindow } from './context-window.ts'
import type { ContextWindow, Fitted } from './context-window.ts'
import { shortLine } from './excerpt.ts'
import { SUBMIT_OUTPUTS } from './outputs.ts'
import { systemPrompt } from './prompt.ts'
import type { Toolbox } from './tool.ts'

/** How often an agent that ends without its outputs is reminded of them, for each time that it is sent to work. */
const MOST_REMINDERS = 2

const CUT = 'Your answer was cut because it was too long, and no tool that it called was run. Go on in smaller steps.'
const BROKEN_OFF = 'Your answer ended in the middle of tool calls, and none of them was run. Make them again, or end without any.'
const REMINDER = `You ended without handing in your results. Call \`${SUBMIT_OUTPUTS}\` now.`

/** All that is known of a conversation, as plain data. */
interface State {
  messages: Message[]
  turns: number
  /** The last text that was not empty. */
  text: string
  model: string
  outputs: JsonObject | undefined
}

interface Talk {
  readonly task: AgentTask
  readonly toolbox: Toolbox
  readonly io: AgentIo
  readonly system: string
  readonly specs: readonly ToolSpec[]
  readonly state: State
  readonly window: ContextWindow
}

/**
 * An agent at work: one model call a turn, tools between them. Turns are counted over the whole conversation, repairs included.
 * The call ends by the signal itself, so that its cost is settled before `aborted` is told.
 */
export function createConversation(task: AgentTask, toolbox: Toolbox, io: AgentIo): Conversation {
  const specs = [...toolbox.tools.values()].map(({ spec }) => spec).concat(toolbox.outputs?.spec ?? [])
  const state: State = { messages: [], turns: 0, text: '', model: task.model, outputs: undefined }
  const window = createContextWindow(task.contextTokens ?? task.modelWindow, task.maxOutputTokens)
  const talk = { task, toolbox, io, system: systemPrompt(task, toolbox), specs, state, window }
  return {
    async start() {
      const prepared = await toolbox.outputs?.prepare()
      if (prepared?.ok === false) return err({ code: 'output-invalid', message: prepared.error })
      io.transcript({ type: 'system', text: talk.system, model: task.model, tools: specs.map(({ name }) => name) })
      return work(talk, task.prompt)
    },
    continue: async (message) => work(talk, message),
  }
}

/** Turn by turn until the agent is done or cannot go on. */
async function work(talk: Talk, message: string): Promise<Result<AgentDone, AgentFailure>> {
  const { state, io, task } = talk
  let reminders = 0
  say(talk, message)
  for (;;) {
    if (io.signal.aborted) return err(ABORTED)
    if (state.turns >= task.maxTurns) return err({ code: 'max-turns', message: `the agent was not done after ${state.turns} turns` })
    const reply = await callModel(talk)
    if (!reply.ok) return reply
    const next = await react(talk, reply.value)
    if (io.signal.aborted) return err(ABORTED)
    if (next === 'refused') return err(refusalOf(reply.value))
    if (next === 'go-on') continue
    if (!talk.toolbox.outputs || state.outputs) return ok(doneOf(state))
    if (reminders === MOST_REMINDERS) return err({ code: 'output-invalid', message: 'the agent ended without handing in its outputs' })
    reminders += 1
    say(talk, REMINDER)
  }
}

function say({ state, io }: Talk, text: string): void {
  state.messages.push({ role: 'user', text })
  io.transcript({ type: 'user', text })
}

async function callModel(talk: Talk): Promise<Result<ModelReply, AgentFailure>> {
  const { io, state, window } = talk
  state.turns += 1
  const request = fittingRequest(talk)
  if (!request.ok) return err(noted(talk, request.error))
  io.activity(`thinking, turn ${state.turns}`)
  const reply = await io.call(request.value)
  if (!reply.ok) return err(noted(talk, failureOf(reply.error)))
  window.learn(request.value, reply.value.usage)
  note(io, state, reply.value)
  return reply
}

function noted({ io, state }: Talk, failure: AgentFailure): AgentFailure {
  io.transcript({ type: 'failed', turn: state.turns, code: failure.code, message: failure.message })
  return failure
}

/** The next request, under the agent's window. What is shortened for it stays short. */
function fittingRequest({ task, io, system, specs, state, window }: Talk): Result<ModelRequest, AgentFailure> {
  const { model, maxOutputTokens, temperature } = task
  const request = { model, system, messages: [...state.messages], tools: specs, maxOutputTokens, temperature }
  const fitted = window.fit(request)
  const { messages, estimate, room, cut } = fitted
  if (cut) {
    const { results, characters, before } = cut
    io.activity(`shortening ${results} old tool results`)
    io.transcript({ type: 'shortened', turn: state.turns, results, characters, before, after: estimate })
  }
  // Beyond what is only known of a model, the provider is asked.
  if (estimate > room && task.contextTokens !== undefined) return err(tooLong(task, fitted))
  state.messages = [...messages]
  return ok({ ...request, messages })
}

function tooLong({ contextTokens, maxOutputTokens }: AgentTask, { estimate }: Fitted): AgentFailure {
  const message =
    `the conversation of about ${estimate} tokens and an answer of up to ${maxOutputTokens} do not fit into the \`context_tokens\` of ${contextTokens}, ` +
    'also with its tool results shortened; raise `context_tokens`, lower `max_output_tokens`, or divide the task'
  return { code: 'provider-failed', message, reason: 'context-length', retryable: false }
}

function note(io: AgentIo, state: State, { message, stop, model, usage }: ModelReply): void {
  state.model = model
  if (message.text.trim() !== '') {
    state.text = message.text
    io.text(`${message.text.trimEnd()}\n`)
  }
  const calls = message.toolCalls.map(({ id, name, input, text }) => ({ id, name, input: input ?? text }))
  io.transcript({ type: 'reply', turn: state.turns, model, stop, text: message.text, calls, usage: { ...usage } })
}

/** What follows from a reply. Only a complete one that says so runs tools. */
async function react(talk: Talk, { message, stop }: ModelReply): Promise<'go-on' | 'ended' | 'refused'> {
  if (stop === 'refusal') return 'refused'
  const calls = message.toolCalls
  if (stop === 'tool-use' && calls.length > 0) {
    talk.state.messages.push(message)
    return useTools(talk, message)
  }
  const isComplete = stop !== 'max-tokens' && calls.length === 0
  keepText(talk.state, message, isComplete)
  if (isComplete) return 'ended'
  say(talk, stop === 'max-tokens' ? CUT : BROKEN_OFF)
  return 'go-on'
}

/** Calls without a result, what a vendor tied to a part of an answer, and an empty message would make the next request invalid. */
function keepText({ messages }: State, message: AssistantMessage, isComplete: boolean): void {
  const kept: AssistantMessage = isComplete ? message : { role: 'assistant', text: message.text, toolCalls: [] }
  if (kept.text.trim() !== '' || kept.opaque) messages.push(kept)
}

/** With its outputs taken and nothing to put right, the agent is done: a further turn would only cost. */
async function useTools({ toolbox, io, state }: Talk, message: AssistantMessage): Promise<'go-on' | 'ended'> {
  const { results, outputs } = await runCalls(toolbox, message.toolCalls, io)
  state.messages.push({ role: 'tool', results })
  io.transcript({ type: 'results', turn: state.turns, results: results.map((result) => ({ ...result })) })
  if (outputs === undefined) return 'go-on'
  state.outputs = outputs
  return results.some(({ isError }) => isError) ? 'go-on' : 'ended'
}

function refusalOf({ message }: ModelReply): AgentFailure {
  const reason = shortLine(message.text, 200)
  return { code: 'model-refused', message: `the model refused to go on${reason === '' ? '' : `: ${reason}`}` }
}

function doneOf({ text, outputs, model, turns }: State): AgentDone {
  return { text, outputs: outputs ?? {}, model, turns }
}
