import * as Type from 'typebox'
import { NAME } from '../patterns.ts'
import { flag, is, named, record, when, words } from './values.ts'

export const input = record(
  'input',
  {
    type: Type.Optional(words(['string', 'number', 'boolean', 'choice', 'json'], {
      description: 'What the input holds. `choice` is one of `options`, `json` any value. Default: `string`.',
      examples: ['string', 'choice'], default: 'string',
    })),
    options: Type.Optional(Type.Unsafe<readonly string[]>({
      type: 'array', items: { type: 'string' }, minItems: 1,
      description: 'The values that a `choice` may have.', examples: [['low', 'high']],
    })),
    required: Type.Optional(flag({
      description: 'Whether a run without this input is refused. Default: `false`.',
      examples: [true],
      default: false,
    })),
    default: Type.Optional(Type.Unknown({
      description: 'Its value where none is given. Without a default an input that is not required is `null`.', examples: ['low', 5, true],
    })),
    description: Type.Optional(Type.String({ description: 'What the input is for.', examples: ['What to fix'] })),
    secret: Type.Optional(flag({
      description: 'Whether its value is masked in logs, reports and the journal. Default: `false`.',
      examples: [true],
      default: false,
    })),
  },
  when(is('type', 'choice'), { required: ['options'] }, { properties: { options: false } }),
)

export const inputs = named(NAME, input, {
  description:
    'What a run is given: `-i NAME=VALUE` or `--inputs-file FILE`. A missing, unknown or ill-typed input stops the run before ' +
    'any step.',
  examples: [{ task: { type: 'string', required: true, description: 'What to fix' } }],
})
