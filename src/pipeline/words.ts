/** The keys that say what a step does, and the keys that belong to each of them alone. */
export const STEP_KINDS = ['run', 'agent', 'check', 'merge', 'tasks', 'approve', 'pipeline', 'deliver'] as const

export type StepKindWord = (typeof STEP_KINDS)[number]

export const KIND_KEYS: Readonly<Record<StepKindWord, readonly string[]>> = {
  run: ['run', 'shell', 'outputs', 'cache'],
  agent: ['agent', 'pick', 'judge', 'capabilities', 'prompt', 'prompt_file', 'verify', 'repair', 'outputs', 'cache'],
  check: ['check', 'cache'],
  merge: ['merge', 'on_conflict', 'resolver', 'verify', 'repair'],
  tasks: ['tasks', 'max_tasks', 'assign', 'verify', 'repair', 'on_conflict', 'resolver'],
  approve: ['approve'],
  pipeline: ['pipeline', 'with'],
  deliver: ['deliver'],
}

/** Keys of all kinds but these: what a called pipeline sees, and where it works, it says itself; each task has a worktree of its own. */
const UNFIT: Partial<Readonly<Record<StepKindWord, readonly string[]>>> = {
  tasks: ['workspace', 'artifacts'], approve: ['artifacts', 'risk'], pipeline: ['env', 'workspace', 'artifacts'], deliver: ['workspace', 'artifacts', 'files'],
}

/** The keys that a step of this kind may not have: those of other kinds, and those that would do nothing. */
export function foreignKeys(kind: StepKindWord): string[] {
  const all = new Set(STEP_KINDS.flatMap((other) => KIND_KEYS[other]))
  return [...[...all].filter((key) => !KIND_KEYS[kind].includes(key)), ...(UNFIT[kind] ?? [])]
}

/** Codes of failures that another attempt could turn to the better. */
export const RETRYABLE = [
  'exit-code', 'killed', 'timeout', 'check-failed', 'setup-failed', 'workspace-failed', 'max-turns', 'program-failed', 'output-invalid',
  'provider-failed', 'pipeline-failed', 'race-failed', 'tasks-failed', 'interrupted', 'stalled', 'tool-server-failed',
] as const

/** How much goes without a person, the most first. */
export const AUTONOMIES = ['full', 'supervised', 'manual'] as const

/** The tools of agents by the groups that are named; of two groups that have a tool, the smaller one. */
export const TOOL_GROUPS: readonly (readonly [string, readonly string[]])[] = [
  ['files.read', ['read_file', 'list_directory', 'search_files']],
  ['files', ['write_file', 'edit_file', 'create_directory', 'delete_file']],
  ['shell', ['execute_command', 'run_script']],
  ['memory', ['store_memory', 'retrieve_memory', 'search_memory', 'delete_memory']],
  ['messages', ['send_message', 'read_messages']],
  ['web', ['get_page_content']],
]

/** In place of an agent's name: whoever is capable and free. */
export const AUTO = 'auto'

/** By what one of several agents is chosen that did the same task. */
export const PICKS = ['first_passing', 'cheapest', 'smallest_diff', 'judge'] as const

/** The most agents that do the same task. */
export const MOST_RACERS = 10

/** The most tasks of a list whose step does not say how many. */
export const MOST_TASKS = 50

/** What becomes of changes that contradict each other. */
export const CONFLICT_POLICIES = ['fail', 'ours', 'theirs', 'agent'] as const

/** The formats of reports. */
export const REPORT_FORMATS = ['json', 'junit', 'sarif', 'markdown', 'html'] as const

/** Checks that are found in the project where the pipeline does not declare them. */
export const DETECTED_CHECKS = ['types', 'lint', 'tests'] as const

/** The most nodes that one plan may hold. */
export const MOST_NODES = 10_000

/** Agents that are programs of their own, and the types of providers that each of them can ask. */
export const PROGRAM_EXECUTORS = {
  'claude-code': ['anthropic'],
  codex: ['openai', 'openai-compatible'],
  // Gemini's own API has no type of its own: the address of Google's OpenAI dialect says where it is, and the key is the same.
  gemini: ['openai-compatible'],
} as const satisfies Readonly<Record<string, readonly string[]>>

export type ProgramExecutor = keyof typeof PROGRAM_EXECUTORS

export function isProgramExecutor(name: string): name is ProgramExecutor {
  return Object.hasOwn(PROGRAM_EXECUTORS, name)
}

export function canAsk(executor: ProgramExecutor, providerType: string): boolean {
  return (PROGRAM_EXECUTORS[executor] as readonly string[]).includes(providerType)
}

/** The longest answer that is held for, in tokens, where an author does not say. Programs think at length. */
export const LONGEST_ANSWER = { model: 8_192, program: 32_000 }
