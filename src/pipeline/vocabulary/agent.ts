import * as Type from 'typebox'
import { FILLED, HOST, MODEL, NAME, OWN_PATH, TOOL } from '../patterns.ts'
import { PROGRAM_EXECUTORS } from '../words.ts'
import { count, duration, env, is, money, named, oneOrMany, record, text, texts, when, words } from './values.ts'

/** What only a model has. */
const LLM_KEYS = ['model', 'route', 'budget_usd', 'instructions', 'instructions_file', 'tools', 'allow_commands', 'max_turns', 'max_output_tokens', 'context_tokens', 'temperature']

const isProgram = { properties: { executor: { enum: Object.keys(PROGRAM_EXECUTORS) } }, required: ['executor'] }
const isModel = { not: { properties: { executor: { enum: [...Object.keys(PROGRAM_EXECUTORS), 'command'] } }, required: ['executor'] } }

export const agent = record(
  'agent',
  {
    description: Type.Optional(Type.String({ description: 'What the agent is for.', examples: ['Fixes bugs with the smallest change'] })),
    executor: Type.Optional(words(['llm', 'claude-code', 'codex', 'gemini', 'command'], {
      description:
        '`llm`: the built-in loop over a model. `claude-code`, `codex`, `gemini`: that program, headless in the worktree; it gets its model ' +
        'through a local address and never the key. `command`: a program in place of a model. Default: `llm`.',
      examples: ['claude-code'], default: 'llm',
    })),
    command: Type.Optional(texts(FILLED, {
      minItems: 1,
      description:
        'With `executor: command`: the program and its arguments. It works in the worktree, gets the prompt on standard input and ' +
        'prints its answer; a JSON object with `text`, `outputs` or `usage` on the last line is taken as such.',
      examples: [['bash', 'agent.sh']],
    })),
    model: Type.Optional(text(MODEL, {
      description:
        'Who answers: a provider of this pipeline and its model, `PROVIDER/MODEL`. A program may go without: then it chooses its model ' +
        'itself, and the first provider that it can ask is asked.',
      examples: ['claude/claude-sonnet-4-5'],
    })),
    route: Type.Optional(text(NAME, { description: 'Who answers: a route of this pipeline. A program stays with the first of its models that it can ask.', examples: ['coding'] })),
    budget_usd: Type.Optional(money({ description: 'What all work of this agent may cost in one run, in US dollars. Hard.', examples: [2] })),
    instructions: Type.Optional(text(FILLED, {
      description: 'The system prompt.',
      examples: ['You make the smallest change that solves the task.'],
    })),
    instructions_file: Type.Optional(text(OWN_PATH, {
      description: 'A file that holds the system prompt, relative to the pipeline.', examples: ['./agents/developer.md'],
    })),
    tools: Type.Optional(texts(TOOL, {
      description:
        'What it may use: `files` reads and writes, `files.read` only reads, `shell` runs commands, `web` reads pages of `allow_hosts`, `memory` keeps texts for other steps, ' +
        '`messages` go between agents, `mcp.SERVER` is all that a server of `mcp` offers, `mcp.SERVER.TOOL` one of it. Default: nothing; a program has all that its `permissions` allow.',
      examples: [['files', 'shell'], ['files.read', 'mcp.docs']],
    })),
    permissions: Type.Optional(words(['read-only', 'limited', 'full'], {
      description:
        '`read-only`: no writes, no shell. `limited`: writes inside its worktree, commands that `allow_commands` names. ' +
        '`full`: any command. Default: `limited`.',
      examples: ['full'], default: 'limited',
    })),
    allow_commands: Type.Optional(texts(FILLED, {
      description: 
        'With `permissions: limited`: the commands that the shell may run. `*` stands for any text, but never for shell syntax: `;`, `|`, `&`, ' +
        '`$(`, redirections, line breaks.',
      examples: [['npm test', 'npx tsc *']],
    })),
    allow_hosts: Type.Optional(texts(HOST, {
      description: 'Hosts that its commands, and the checks of its work, may reach by HTTPS: exact names. Default: none. An allowed host is a way out for whatever the agent knows.',
      examples: [['registry.npmjs.org']],
    })),
    sandbox: Type.Optional(words(['auto', 'require', 'off'], {
      description:
        'Whether its commands, and the checks of its work, run locked in by bubblewrap. `auto`: where that holds, else with a warning. ' +
        '`require`: or the run does not begin (exit code 4). `off`: never. Default: `auto`.',
      examples: ['require'], default: 'auto',
    })),
    max_turns: Type.Optional(count(1, 100_000, {
      description: 'How often the model may be called for one step. Default: 50; a program has no bound of its own.',
      examples: [40],
      default: 50,
    })),
    max_output_tokens: Type.Optional(count(1, 10_000_000, {
      description: 'The longest answer of one call, in tokens. Default: 8192, and 32000 for a program.',
      examples: [8192],
      default: 8192,
    })),
    context_tokens: Type.Optional(count(1, 100_000_000, {
      description:
        'The window of its model, in tokens: a conversation and its next answer stay under it. Old tool results are shortened before it would be full. ' +
        'Default: what is known of the model, for a route of the widest of its models.',
      examples: [200_000],
    })),
    temperature: Type.Optional(Type.Number({
      minimum: 0, maximum: 2, description: 'How freely the model answers, 0 to 2. Default: the provider’s own.', examples: [0],
    })),
    capabilities: Type.Optional(texts(FILLED, {
      description: 'What it is good at, in free words: what steps with `agent: auto`, and tasks, choose by.',
      examples: [['code_generation', 'testing']],
    })),
    max_load: Type.Optional(count(1, 100_000, {
      description: 'How many steps, cells and tasks it does at once; more of them wait. Default: no bound of its own.', examples: [2],
    })),
    priority: Type.Optional(count(0, 1_000_000_000, {
      description: 'Of the free agents with the wanted capabilities, one with a higher priority is taken first. Default: 0.', examples: [10], default: 0,
    })),
    backup: Type.Optional(oneOrMany(NAME, {
      description: 'Who takes over, in this order, when it fails and its retries are used up.', examples: [['codex']],
    })),
    stall_timeout: Type.Optional(duration({
      description: 'How long it may show no sign of progress: no answer, no output, no tool at work. Then its attempt fails. Default: 15m.',
      examples: ['15m'], default: '15m',
    })),
    env: Type.Optional(env({ description: 'Variables for the commands of this agent.' })),
  },
  {
    allOf: [
      when({ required: ['instructions'] }, { properties: { instructions_file: false } }),
      when({ required: ['model'] }, { properties: { route: false } }),
      when(
        is('executor', 'command'),
        { required: ['command'], properties: Object.fromEntries(LLM_KEYS.map((key) => [key, false])) },
        { properties: { command: false } },
      ),
      when(isProgram, { properties: { context_tokens: false, temperature: false } }),
      when(isModel, { anyOf: [{ required: ['model'] }, { required: ['route'] }] }),
    ],
  },
)

export const agents = named(NAME, agent, {
  description: 'Named workers: a model, its instructions and what it may do.',
  examples: [{
    developer: { model: 'claude/claude-sonnet-4-5', instructions: 'You fix bugs.', tools: ['files', 'shell'], permissions: 'full' },
  }],
})
