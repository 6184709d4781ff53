import type { JsonObject } from '../base/json.ts'
import type { AgentTask } from './agent.ts'

/** A coding agent that is a program of its own: it has its own loop and tools, and asks its model through a door of ours. */
export interface Executor {
  /** As pipelines name it. */
  readonly name: string
  /** What is looked for on the PATH. */
  readonly program: string
  /** The command that installs it. */
  readonly install: string
  /** Whether it can be told how many turns it may take. */
  readonly countsTurns: boolean
  /** Whether it holds its answer to this schema of the outputs itself; else it is told of it in words. */
  takesSchema(schema: JsonObject): boolean
  /** Files that it is to find in its home before its first turn, by their path there; `schema` where it takes it. */
  files(task: ProgramTask, schema: JsonObject | undefined): Readonly<Record<string, string>>
  command(task: ProgramTask, turn: Turn): Invocation
  createReader(): ProgramReader
}

/** Who works, on what, where. Its home is fresh: no settings, sessions or credentials of anybody are in it. */
export interface ProgramTask extends Pick<
  AgentTask, 'instructions' | 'prompt' | 'outputs' | 'maxOutputTokens' | 'tools' | 'permissions' | 'allowCommands' | 'root' | 'cwd' | 'env'
> {
  /** Absolute. */
  readonly path: string
  readonly home: string
  /** Undefined: the program's own choice. */
  readonly model: string | undefined
  readonly maxTurns: number | undefined
  /** A sandbox of ours is around it, in which its own would not start. */
  readonly isSandboxed: boolean
  /** Where its model answers, without a version, and what it shows there. */
  readonly url: string
  readonly key: string
}

export interface Turn {
  /** The session to go on with; undefined: a new one begins, under the id `fresh` where the program lets us say it. */
  readonly session: string | undefined
  readonly fresh: string
  /** Of the outputs, where the program takes it. */
  readonly schema: JsonObject | undefined
}

export interface Invocation {
  readonly args: readonly string[]
  /** Beside those of the task. */
  readonly env: Readonly<Record<string, string>>
}

/** Listens to the JSON lines that a program prints in one turn. Total: what it does not know says nothing. */
export interface ProgramReader {
  line(event: JsonObject): Said
  result(): ProgramResult
}

export interface Said {
  /** The model's own words. */
  readonly text?: string
  /** What it does now, in a few words. */
  readonly activity?: string
}

export interface ProgramResult {
  /** The program said that it is done. */
  readonly isDone: boolean
  readonly text: string
  readonly session: string | undefined
  /** Where the program checks outputs itself. */
  readonly outputs: JsonObject | undefined
  readonly usage: ProgramUsage | undefined
  readonly failure: { readonly code: 'max-turns' | 'program-failed'; readonly message: string } | undefined
}

/** What a program says that it used. All input together: programs differ in how they count what is cached. */
export interface ProgramUsage {
  readonly input: number
  readonly output: number
  /** Of the whole session, not of this turn alone. */
  readonly isTotal: boolean
}

/** What an agent may do by its permissions, as far as its tools were not named more narrowly. */
export function accessOf({ permissions, tools }: Pick<ProgramTask, 'permissions' | 'tools'>): { readonly write: boolean; readonly run: boolean } {
  const isGranted = (group: string): boolean => tools.length === 0 || tools.includes(group)
  return { write: permissions !== 'read-only' && isGranted('files'), run: permissions !== 'read-only' && isGranted('shell') }
}

export function numberAt(value: JsonObject, key: string): number {
  const found = value[key]
  return typeof found === 'number' && Number.isFinite(found) && found >= 0 ? found : 0
}

export function textAt(value: JsonObject, key: string): string {
  const found = value[key]
  return typeof found === 'string' ? found : ''
}
