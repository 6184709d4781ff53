import { describe, expect, it } from 'vitest'
import { REPORT_FORMATS } from '../../../src/pipeline/words.ts'
import { reportFormats } from '../../../src/report/registry.ts'

describe('the formats of reports', () => {
  it('are those that a pipeline may name', () => {
    expect([...REPORT_FORMATS]).toEqual(Object.keys(reportFormats))
  })
})
