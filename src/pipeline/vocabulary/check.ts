import * as Type from 'typebox'
import { FILLED, NAME, REPORT } from '../patterns.ts'
import { count, duration, named, record, text, words } from './values.ts'

const pattern = (description: string, example: string): Type.TOptional<Type.TString> =>
  Type.Optional(Type.String({ description, examples: [example] }))

const expectation = record(
  'expectation',
  {
    exit_code: Type.Optional(count(0, 255, { description: 'The exit code of success. Default: 0.', examples: [0], default: 0 })),
    stdout_matches: pattern('A regular expression (flags `ms`) that the standard output must match.', '^all passed$'),
    stderr_matches: pattern('A regular expression (flags `ms`) that the standard error must match.', '^done'),
    not_matches: pattern('A regular expression (flags `ms`) that neither stream may match.', 'deprecated'),
  },
  { description: 'What makes it pass. Default: exit code 0.', examples: [{ exit_code: 0, not_matches: 'deprecated' }] },
)

export const check = record(
  'check',
  {
    kind: Type.Optional(words(['syntax', 'types', 'lint', 'tests', 'custom'], {
      description: 'What it verifies. Default: its name where that is a kind, else `custom`.', examples: ['tests'],
    })),
    run: text(FILLED, { description: 'The script. Expressions reach it as variables.', examples: ['npm test'] }),
    timeout: Type.Optional(duration({ description: 'The longest that it may take. Default: 10m.', examples: ['10m'], default: '10m' })),
    expect: Type.Optional(expectation),
    report: Type.Optional(text(REPORT, {
      description: 'How its findings are read: `tsc` and `eslint-json` from the standard output, `junit:GLOB` and `sarif:PATH` from files in the workspace.',
      examples: ['tsc', 'eslint-json', 'junit:reports/*.xml', 'sarif:out/scan.sarif'],
    })),
    gate: Type.Optional(words(['block', 'warn'], {
      description: '`block`: its failure fails the step. `warn`: it is told. Default: `block`.', examples: ['warn'], default: 'block',
    })),
  },
)

export const checks = named(NAME, check, {
  description: 'Named verifications. `types`, `lint` and `tests` are detected from the project where they are not declared.',
  examples: [{ tests: { kind: 'tests', run: 'npm test', timeout: '10m', report: 'junit:reports/*.xml' } }],
})
