import * as Type from 'typebox'
import { FILLED, NAME } from '../patterns.ts'
import { count, duration, money, named, record, text } from './values.ts'

const perMinute = (what: string, example: number): Type.TOptional<Type.TInteger> =>
  Type.Optional(count(1, 1_000_000_000_000, { description: `The most ${what} per minute.`, examples: [example] }))

const providerLimits = record(
  'provider-limits',
  {
    rpm: perMinute('requests', 300),
    tpm: perMinute('tokens, in and out together,', 500_000),
    itpm: perMinute('uncached input tokens', 400_000),
    otpm: perMinute('output tokens', 80_000),
    concurrency: Type.Optional(count(1, 100_000, { description: 'How many requests are under way at once.', examples: [8] })),
    daily_budget_usd: Type.Optional(money({
      description: 'What the calls of all runs that share the state folder may cost at this provider in one day. Hard.', examples: [30],
    })),
  },
)

export const limits = record(
  'limits',
  {
    budget_usd: Type.Optional(money({
      description: 'What this run may cost, in US dollars. Hard: money is reserved before a model is called.',
      examples: [5],
    })),
    daily_budget_usd: Type.Optional(money({
      description:
        'What all runs that share the state folder may cost in one day. Hard: where a call would pass it, the run stops and can be resumed ' +
        'on the next day.',
      examples: [50],
    })),
    zone: Type.Optional(text(FILLED, {
      description: 'Where a day begins: an IANA time zone. A call belongs to the day on which it was reserved. Default: UTC.',
      examples: ['Europe/Berlin'], default: 'UTC',
    })),
    warn_at: Type.Optional(Type.Array(Type.Number({ exclusiveMinimum: 0, maximum: 1 }), {
      description: 'Shares of the budget, above 0 and at most 1, at which a warning is given.', examples: [[0.5, 0.8]],
    })),
    timeout: Type.Optional(duration({
      description: 'The longest that the run may take; it then stops and can be resumed.',
      examples: ['45m'],
    })),
    concurrency: Type.Optional(count(1, 10_000, {
      description: 'How many steps run at once. Default: the number of processors.',
      examples: [4],
    })),
    max_wait: Type.Optional(duration({
      description: 'The longest that a call waits for a provider. A quota that comes back later stops the run, which can be resumed. Default: 5m.',
      examples: ['5m'], default: '5m',
    })),
    providers: Type.Optional(named(NAME, providerLimits, {
      description: 'What each provider allows; kept by all steps together. A lower limit that it tells itself counts.',
      examples: [{ claude: { rpm: 300, tpm: 500_000, concurrency: 8 } }],
    })),
  },
  { description: 'Bounds of a run.', examples: [{ budget_usd: 5, timeout: '45m', concurrency: 4 }] },
)
