import { CLAUDE_CODE } from './claude-code.ts'
import { CODEX } from './codex.ts'
import { GEMINI } from './gemini.ts'
import type { Executor } from './program.ts'

/** Every agent that is a program of its own, by the name that pipelines use. */
export const EXECUTORS: ReadonlyMap<string, Executor> = new Map([CLAUDE_CODE, CODEX, GEMINI].map((executor) => [executor.name, executor]))
