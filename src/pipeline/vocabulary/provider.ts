import * as Type from 'typebox'
import { ENV_NAME, FILE_PATH, FREE, HEADER_NAME, HTTP_URL, NAME, ONE_LINE, FILLED } from '../patterns.ts'
import { duration, is, named, record, text, when, words } from './values.ts'

function perMillion(description: string): { type: 'number'; minimum: number; maximum: number; description: string; examples: number[] } {
  return { type: 'number', minimum: 0, maximum: 1_000_000, description, examples: [3] }
}

export interface PriceText {
  readonly input: number
  readonly output: number
  readonly cache_read?: number
  readonly cache_write?: number
}

const price = Type.Unsafe<'free' | PriceText>({
  title: 'price',
  type: ['object', 'string'],
  pattern: FREE,
  properties: {
    input: perMillion('USD per million tokens of input.'),
    output: perMillion('USD per million tokens of output.'),
    cache_read: perMillion('USD per million tokens read from the cache. Default: the price of `input`.'),
    cache_write: perMillion('USD per million tokens written to the cache. Default: the price of `input`.'),
  },
  required: ['input', 'output'],
  additionalProperties: false,
})

export const provider = record(
  'provider',
  {
    type: words(['anthropic', 'openai', 'openai-compatible', 'replay'], {
      description: 'What the provider speaks. `openai-compatible` needs a `base_url`; `replay` answers from a `recording`, without a key.',
      examples: ['anthropic'],
    }),
    api_key_env: Type.Optional(text(ENV_NAME, {
      description:
        'The environment variable that holds the key; a key never stands in the file. Default: `ANTHROPIC_API_KEY` or ' +
        '`OPENAI_API_KEY` by type, none for `openai-compatible`.',
      examples: ['ANTHROPIC_API_KEY'],
    })),
    base_url: Type.Optional(text(HTTP_URL, { description: 'Where the provider answers.', examples: ['http://127.0.0.1:11434/v1'] })),
    headers: Type.Optional(named(HEADER_NAME, Type.String({ pattern: ONE_LINE }), {
      description: 'Headers of every call.', examples: [{ 'x-team': 'platform' }],
    })),
    timeout: Type.Optional(duration({ description: 'The longest that one call may take, answer included.', examples: ['5m'] })),
    prices: Type.Optional(named(FILLED, price, {
      description: 'Prices of models that have no known one, or that overrule it: USD per million tokens, or `free`.',
      examples: [{ 'qwen3-coder': 'free' }, { 'my-model': { input: 3, output: 15 } }],
    })),
    recording: Type.Optional(text(FILE_PATH, {
      description: '`replay`: the folder that holds the recording, relative to the pipeline.', examples: ['./recording'],
    })),
  },
  {
    allOf: [
      when(
        is('type', 'replay'),
        { required: ['recording'], properties: { api_key_env: false, base_url: false, headers: false, timeout: false } },
        { properties: { recording: false } },
      ),
      when(is('type', 'openai-compatible'), { required: ['base_url'] }),
    ],
  },
)

export const providers = named(NAME, provider, {
  description: 'Who answers model calls, by name. Keys come from the environment, never from the file.',
  examples: [{ claude: { type: 'anthropic' } }],
})
