import * as Type from 'typebox'
import { FILE_PATH } from '../patterns.ts'
import { REPORT_FORMATS } from '../words.ts'
import { record, text } from './values.ts'

const ABOUT = {
  json: { description: 'The whole run for machines, as `orch-run schema report` describes it.', examples: ['reports/run.json'] },
  markdown: { description: 'A summary for people.', examples: ['reports/run.md'] },
} as const satisfies Readonly<Record<(typeof REPORT_FORMATS)[number], object>>

export const reports = record(
  'reports',
  { json: path('json'), markdown: path('markdown') } satisfies Readonly<Record<(typeof REPORT_FORMATS)[number], unknown>>,
  {
    description:
      'Reports that are written when the run has ended: a path each, relative to where the program was started. `--report` overrules ' +
      'the one of the same format. Those of a called pipeline are not written.',
    examples: [{ json: 'reports/run.json', markdown: 'reports/run.md' }],
  },
)

function path(format: (typeof REPORT_FORMATS)[number]): Type.TOptional<Type.TString> {
  return Type.Optional(text(FILE_PATH, ABOUT[format]))
}
