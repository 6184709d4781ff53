import { describe, expect, it } from 'vitest'
import { told } from './told.ts'

const OUT = 'leave the step out, or change its `if`'

async function steps(text: string): Promise<string[]> {
  return told(`steps:\n  a: { run: x }\n  calm: { run: x, continue_on_error: true }\n${text}`)
}

describe('a step that never runs', () => {
  it.each([
    ['if: false', '!4:12 unreachable-step: step `s` never runs: its `if` never holds'],
    ['if: "false"', '!4:12 unreachable-step: step `s` never runs: its `if` never holds'],
    ['if: "${{ startsWith(\'abc\', \'b\') || contains(\'abc\', \'x\') }}"', '!4:12 unreachable-step: step `s` never runs: its `if` never holds'],
    ['needs: a, if: success() && failure()', '!4:22 unreachable-step: step `s` never runs: its `if` never holds'],
    ['needs: a, if: cancelled()', '!4:22 unreachable-step: step `s` never runs: its `if` never holds'],
    ['needs: calm, if: failure()', '!4:25 unreachable-step: step `s` never runs: it asks for a failure, and nothing that the step needs can fail'],
  ])('is told: %s', async (keys, expected) => {
    expect(await steps(`  s: { ${keys}, run: x }\n`)).toEqual([`${expected} | ${OUT}`])
  })

  it('is told what to do where it asks for a failure and needs nothing', async () => {
    expect(await steps('  s: { if: failure(), run: x }\n')).toEqual([
      '!4:12 unreachable-step: step `s` never runs: it asks for a failure, and the step needs nothing | name the steps in `needs` whose failure is meant',
    ])
  })

  it('fails for nobody', async () => {
    const text = '  off: { if: false, run: x }\n  s: { needs: [off, calm], if: failure(), run: x }\n  t: { needs: s, if: failure(), run: x }\n'
    expect((await steps(text)).map((line) => line.slice(0, line.indexOf(':', 4)))).toEqual(['!4:14 unreachable-step', '!5:32 unreachable-step', '!6:22 unreachable-step'])
  })

  it.each([
    'if: true', 'needs: a, if: failure()', 'if: always()', 'if: "!cancelled()"', 'needs: a, if: failure() || cancelled()', 'if: inputs.x',
    'needs: below, if: failure()', 'needs: [tolerant], if: failure()', 'if: "!failure()"',
  ])('is no step that may run: %s', async (keys) => {
    const others = '  below: { needs: a, run: x, continue_on_error: true }\n  tolerant: { needs: a, if: success(), continue_on_error: true, run: x }\n'
    expect(await told(`inputs: { x: { type: boolean, default: false } }\nsteps:\n  a: { run: x }\n${others}  s: { ${keys}, run: x }\n`)).toEqual([])
  })
})
