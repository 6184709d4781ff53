import type { JsonObject } from '../base/json.ts'

/** What the judge of a race answers, as schemas of its outputs. */
export function judgement(contestants: number | readonly number[]): Readonly<Record<'choice' | 'reason', JsonObject>> {
  const numbers = typeof contestants === 'number' ? Array.from({ length: contestants }, (_, at) => at + 1) : [...contestants]
  return {
    choice: { type: 'integer', enum: numbers, description: 'The number of the contestant whose work is best' },
    reason: { type: 'string', description: 'Why, in one or two sentences' },
  }
}
