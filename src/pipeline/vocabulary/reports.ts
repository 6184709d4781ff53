import * as Type from 'typebox'
import { FILE_PATH } from '../patterns.ts'
import type { REPORT_FORMATS } from '../words.ts'
import { record, text } from './values.ts'

const paths = {
  json: Type.Optional(text(FILE_PATH, {
    description: 'The whole run for machines, as `orch-run schema report` describes it.', examples: ['reports/run.json'],
  })),
  junit: Type.Optional(text(FILE_PATH, { description: 'Steps and checks as test cases, in JUnit’s XML.', examples: ['reports/run.xml'] })),
  sarif: Type.Optional(text(FILE_PATH, { description: 'The findings of checks for code scanning, as SARIF 2.1.0.', examples: ['reports/run.sarif'] })),
  markdown: Type.Optional(text(FILE_PATH, { description: 'A summary for people.', examples: ['reports/run.md'] })),
  html: Type.Optional(text(FILE_PATH, { description: 'The whole run as one page: timeline, graph, cost, changes and logs.', examples: ['reports/run.html'] })),
} satisfies Readonly<Record<(typeof REPORT_FORMATS)[number], unknown>>

export const reports = record('reports', paths, {
  description:
    'Reports that are written when the run has ended: a path each, relative to where the program was started. `--report` overrules ' +
    'the one of the same format. Those of a called pipeline are not written.',
  examples: [{ json: 'reports/run.json', markdown: 'reports/run.md' }],
})
