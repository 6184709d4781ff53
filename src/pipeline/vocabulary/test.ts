import * as Type from 'typebox'
import { FILE_PATH, FILLED, NAME } from '../patterns.ts'
import { count, money, named, record, text, texts, words } from './values.ts'

const STATUSES = ['passed', 'failed', 'skipped', 'cancelled', 'waiting', 'pending'] as const

const values = (description: string): Type.TUnsafe<Readonly<Record<string, unknown>>> => Type.Unsafe<Readonly<Record<string, unknown>>>({
  type: 'object', propertyNames: { pattern: NAME }, description, examples: [{ approach: 'Round each line', text: { matches: 'mended' } }],
})

const expectedStep = record(
  'expected-step',
  {
    status: Type.Optional(words(STATUSES, { description: 'What becomes of it. Default: `passed`.', examples: ['passed'], default: 'passed' })),
    failure: Type.Optional(text(FILLED, { description: 'The code of its failure.', examples: ['check-failed'] })),
    attempts: Type.Optional(count(0, 1000, { description: 'How many attempts it takes.', examples: [1] })),
    outputs: Type.Optional(values('What it hands on, as far as it is named here: a value, or `matches` with a regular expression.')),
    checks: Type.Optional(Type.Unsafe<Readonly<Record<string, 'passed' | 'failed'>>>({
      type: 'object', additionalProperties: { type: 'string', enum: ['passed', 'failed'] },
      description: 'The last verdicts of its checks.', examples: [{ tests: 'passed' }],
    })),
    files_changed: Type.Optional(texts(FILLED, { description: 'Exactly the files that it changes.', examples: [['src/date.ts']] })),
  },
  { description: 'What is expected of a node.', examples: [{ status: 'passed', files_changed: ['src/date.ts'] }] },
)

const expectation = record(
  'expected',
  {
    status: Type.Optional(words(STATUSES, { description: 'What becomes of the run. Default: `passed`.', examples: ['passed'], default: 'passed' })),
    exit_code: Type.Optional(count(0, 255, { description: 'How the run exits.', examples: [0] })),
    steps: Type.Optional(Type.Unsafe<Readonly<Record<string, Type.Static<typeof expectedStep>>>>({
      type: 'object', additionalProperties: expectedStep,
      description: 'Nodes by their ids, as far as they matter.', examples: [{ fix: { status: 'passed', files_changed: ['src/date.ts'] } }],
    })),
    outputs: Type.Optional(values('Outputs of the run.')),
    cost_usd: Type.Optional(record('expected-cost', { at_most: money({ description: 'In US dollars.', examples: [0.5] }) }, {
      description: 'What the recorded calls cost.', examples: [{ at_most: 0.5 }],
    })),
    deliveries: Type.Optional(texts(FILLED, { description: 'Kinds and targets of all deliveries, in their order.', examples: [['branch fix/dates']] })),
  },
  { description: 'What is expected of the run; without it, that it passes.', examples: [{ status: 'passed' }] },
)

const test = record(
  'test',
  {
    recording: text(FILE_PATH, {
      description: 'The folder with the recorded answers of models, relative to this file. `orch-run test --update` makes it anew.',
      examples: ['./recordings/mends-dates'],
    }),
    repository: Type.Optional(text(FILE_PATH, {
      description: 'A folder, relative to this file, that becomes a fresh git repository with one commit. Default: an empty repository.',
      examples: ['./fixtures/dates'],
    })),
    inputs: Type.Optional(Type.Unsafe<Readonly<Record<string, unknown>>>({
      type: 'object', description: 'Inputs of the run.', examples: [{ task: 'Dates before 1970 are parsed wrongly.' }],
    })),
    expect: Type.Optional(expectation),
  },
  { description: 'One run of the pipeline on a recording.' },
)

/** A file of tests, `*.test.yml`. */
export const testFile = record('test-file', {
  pipeline: text(FILE_PATH, { description: 'The pipeline, relative to this file.', examples: ['./fix.yml'] }),
  tests: named(FILLED, test, {
    minProperties: 1, description: 'Tests by what they show.',
    examples: [{ 'mends dates': { recording: './recordings/mends-dates', expect: { status: 'passed' } } }],
  }),
})

export type TestFileText = Type.Static<typeof testFile>
export type TestText = TestFileText['tests'][string]
export type ExpectationText = NonNullable<TestText['expect']>
