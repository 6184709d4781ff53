import * as Type from 'typebox'
import { NAME } from '../patterns.ts'
import { retry } from './step.ts'
import { count, duration, oneOrMany, record, text } from './values.ts'

export const defaults = record(
  'defaults',
  {
    timeout: Type.Optional(duration({ description: 'The longest that one attempt may take; does not bound how long a person may think about an `approve` step.', examples: ['20m'] })),
    retry: Type.Optional(retry),
    verify: Type.Optional(oneOrMany(NAME, {
      description: 'Checks of the work of every `agent` and `merge` step without `verify`; `verify: []` is a step without.', examples: [['types', 'lint', 'tests']],
    })),
    repair: Type.Optional(count(0, 100, { description: 'How often a failed check goes back to the agent, or to the resolver of a merge. Default: 0.', examples: [3], default: 0 })),
    agent: Type.Optional(text(NAME, {
      description: 'The agent of steps that have a `prompt` or a `prompt_file` and name none.', examples: ['developer'],
    })),
  },
  {
    description: 'What holds for steps that do not say it themselves.',
    examples: [{ timeout: '20m', retry: { attempts: 2 }, verify: ['types', 'tests'], repair: 2, agent: 'developer' }],
  },
)
