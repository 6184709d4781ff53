import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { fold } from '../../../src/run/fold.ts'
import { emptyRun } from '../../../src/run/lay.ts'
import { reportFormats } from '../../../src/report/registry.ts'
import { reportSchema } from '../../../src/report/vocabulary/report.ts'
import { record, runOf, STORY } from '../store/sample.ts'

const validate = new Ajv2020({ strict: true, formats: { 'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/ } }).compile(JSON.parse(JSON.stringify(reportSchema())) as object)

describe('the schema of the report', () => {
  it('describes the report of every moment of a run', () => {
    const run = emptyRun('r1')
    for (const event of record(STORY)) {
      const report: unknown = JSON.parse(reportFormats.json(fold(run, event), { resume: 'orch-run resume r1' }))
      expect([validate(report), validate.errors]).toEqual([true, null])
    }
  })

  it('allows additions, and no renames', () => {
    const report = JSON.parse(reportFormats.json(runOf('r1', record(STORY)), { resume: '' })) as Record<string, unknown>
    expect(validate({ ...report, addition: 1 })).toBe(true)
    for (const key of Object.keys(report)) expect([key, validate({ ...report, [key]: undefined })]).toEqual([key, false])
  })

  it('speaks of draft 2020-12', () => {
    expect(reportSchema()).toMatchObject({ $schema: 'https://json-schema.org/draft/2020-12/schema', type: 'object' })
  })
})
