import * as Type from 'typebox'
import { MODEL, NAME } from '../patterns.ts'
import { count, duration, named, record, texts, words } from './values.ts'

const retry = record(
  'route-retry',
  {
    attempts: Type.Optional(count(1, 100, { description: 'Requests of one call in all, over all its models. Default: 4.', examples: [4], default: 4 })),
    backoff: Type.Optional(duration({ description: 'Bound of the first pause; it doubles from then on. Default: 500ms.', examples: ['500ms'], default: '500ms' })),
    max_delay: Type.Optional(duration({ description: 'The longest pause. Default: 8s.', examples: ['8s'], default: '8s' })),
  },
  { description: 'How a failed request is repeated.', examples: [{ attempts: 4, backoff: '500ms', max_delay: '8s' }] },
)

const breaker = record(
  'breaker',
  {
    failures: Type.Optional(count(1, 1000, { description: 'After so many failures in a row a model is left alone. Default: 3.', examples: [3], default: 3 })),
    cooldown: Type.Optional(duration({ description: 'How long, the first time. Default: 15s.', examples: ['15s'], default: '15s' })),
  },
  { description: 'When a model that keeps failing is left alone.', examples: [{ failures: 3, cooldown: '15s' }] },
)

export const route = record(
  'route',
  {
    models: texts(MODEL, { minItems: 1, description: 'The candidates, `PROVIDER/MODEL`, in order.', examples: [['claude/claude-sonnet-5', 'gpt/gpt-5']] }),
    strategy: Type.Optional(words(['priority', 'cheapest', 'fastest', 'balanced'], {
      description:
        '`priority`: in their order. `cheapest`: by the expected cost. `fastest`: by the time that calls took lately. `balanced`: by ' +
        'both. A conversation stays with its model while that answers. Default: `priority`.',
      examples: ['priority'], default: 'priority',
    })),
    retry: Type.Optional(retry),
    breaker: Type.Optional(breaker),
  },
)

export const routes = named(NAME, route, {
  description: 'Named lists of models: where one fails, the next one answers.',
  examples: [{ coding: { strategy: 'priority', models: ['claude/claude-sonnet-5', 'gpt/gpt-5'] } }],
})
