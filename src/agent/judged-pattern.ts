import type { Patterns } from '../base/ports.ts'

const PATTERN_MS = 1000

/** A schema's patterns, asked of what a model wrote: answered by the port, which gives up on one that backtracks without end. */
export interface JudgedPatterns {
  /** What ajv makes regular expressions with. It wants its answer at once and gets the one that is known, else a yes. */
  readonly engine: Engine
  /** Judges again until every question that was asked on the way has its answer. */
  settle<T>(judge: () => T): Promise<T>
}

interface Engine {
  (pattern: string, flags: string): { test(text: string): boolean; toString(): string }
  /** How generated source would name it; nothing is ever generated. */
  code: string
}

interface Question {
  readonly pattern: string
  readonly flags: string
  readonly text: string
}

export function createJudgedPatterns(patterns: Patterns): JudgedPatterns {
  const answers = new Map<string, boolean>()
  let open = new Map<string, Question>()

  const ask = (question: Question): boolean => {
    const key = JSON.stringify([question.pattern, question.flags, question.text])
    const known = answers.get(key)
    if (known === undefined) open.set(key, question)
    return known ?? true
  }
  const make = (pattern: string, wanted: string): ReturnType<Engine> => {
    const flags = usableFlags(pattern, wanted)
    return { test: (text) => ask({ pattern, flags, text }), toString: () => `/${pattern}/${flags}` }
  }
  return {
    engine: Object.assign(make, { code: 'judgedPattern' }),
    async settle(judge) {
      for (;;) {
        open = new Map()
        const result = judge()
        if (open.size === 0) return result
        for (const [key, { pattern, flags, text }] of open) {
          answers.set(key, (await patterns.test(pattern, flags, text, PATTERN_MS)) === 'match')
        }
      }
    },
  }
}

/** Patterns that are no Unicode ones are taken as most programs take them; throws where a pattern is none at all. */
function usableFlags(pattern: string, wanted: string): string {
  try {
    void new RegExp(pattern, wanted)
    return wanted
  } catch {
    void new RegExp(pattern)
    return ''
  }
}
