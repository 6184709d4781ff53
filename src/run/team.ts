/** Who does the attempt that has just started, where that is not simply the agent that the step names. */
export interface AgentChosen {
  readonly type: 'agent-chosen'
  readonly node: string
  readonly attempt: number
  readonly agent: string
  /** `best`: of the capable and free ones; `backup`: the one before failed; `again`: it tries once more. */
  readonly reason: 'named' | 'best' | 'again' | 'backup'
  /** All that were looked at, in the order of the file or of the chain. */
  readonly candidates: readonly AgentCandidate[]
}

export interface AgentCandidate {
  readonly agent: string
  /** `chosen`, or why it was not. */
  readonly because: string
  readonly priority: number
  /** How many nodes it did at that time. */
  readonly load: number
  readonly maxLoad: number | null
}

/** What an agent did in one attempt, beside what it hands on. */
export interface AgentWork {
  readonly turns: number
  readonly tools: Readonly<Record<string, ToolUse>>
  /** Of a failed attempt: what whoever takes over ought to know. */
  readonly handover?: Handover
}

export interface ToolUse {
  readonly calls: number
  readonly errors: number
  readonly durationMs: number
}

export interface Handover {
  /** Its last words, or what the checks said; bounded. */
  readonly text: string
  readonly files: readonly string[]
}
