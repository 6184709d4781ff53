import * as Type from 'typebox'
import { count, duration, money, record } from './values.ts'

export const limits = record(
  'limits',
  {
    budget_usd: Type.Optional(money({
      description: 'What this run may cost, in US dollars. Hard: money is reserved before a model is called.',
      examples: [5],
    })),
    timeout: Type.Optional(duration({
      description: 'The longest that the run may take; it then stops and can be resumed.',
      examples: ['45m'],
    })),
    concurrency: Type.Optional(count(1, 10_000, {
      description: 'How many steps run at once. Default: the number of processors.',
      examples: [4],
    })),
  },
  { description: 'Bounds of a run.', examples: [{ budget_usd: 5, timeout: '45m', concurrency: 4 }] },
)
