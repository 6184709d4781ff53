import { describe, expect, it } from 'vitest'
import type { Preview } from '../../../src/plan/preview.ts'
import { AGENTS, previewOf } from './rig.ts'

const INPUTS = `
inputs:
  list: { type: json }
  word: { type: string }
  other: { type: string }
`

function laid(plan: Preview): Record<string, string> {
  return Object.fromEntries([...plan.steps.values()].map((step) =>
    [step.id, `${step.runs}: ${step.nodes === null ? '?' : step.nodes.map((node) => (node.runs === step.runs ? node.id : `${node.id} ${node.runs}`)).join(' ')}`]))
}

describe('the nodes of a plan', () => {
  it('are laid out where inputs alone give the matrix, and unknown where a step or a missing input does', async () => {
    const plan = await previewOf(`${INPUTS}
steps:
  first: { run: echo }
  fixed: { run: echo, matrix: { a: [1, 2] } }
  given: { run: echo, matrix: { a: "\${{ inputs.list }}", b: [x] } }
  whole: { run: echo, matrix: "\${{ fromJSON('{\\"k\\":[7]}') }}" }
  computed: { run: echo, needs: first, matrix: { a: "\${{ fromJSON(steps.first.outputs.list) }}" } }
  missing: { run: echo, matrix: { a: "\${{ fromJSON(inputs.word) }}" } }
  all: { run: echo, matrix: { a: "\${{ fromJSON(format('[{0}]', toJSON(inputs))) }}" } }
`, { inputs: { list: ['p', 'q'], word: null, other: 'o' }, unknown: ['word'] })
    expect(laid(plan)).toEqual({
      first: 'surely: first', fixed: 'surely: fixed(a=1) fixed(a=2)', given: 'surely: given(a=p,b=x) given(a=q,b=x)', whole: 'surely: whole(k=7)',
      computed: 'surely: ?', missing: 'surely: ?', all: 'surely: ?',
    })
    expect([plan.nodes, plan.waves, plan.missing, plan.refusals]).toEqual([6, [['first', 'fixed', 'given', 'whole', 'missing', 'all'], ['computed']], ['word'], []])
  })

  it('run surely, perhaps, on a failure or never, as far as their conditions can be judged', async () => {
    const plan = await previewOf(`${INPUTS}
steps:
  a: { run: echo }
  yes: { run: echo, if: inputs.word == 'go' }
  no: { run: echo, if: "\${{ inputs.word == 'stop' }}" }
  open: { run: echo, needs: a, if: steps.a.exit_code == 0 }
  hidden: { run: echo, if: inputs.other == 'x' }
  rescue: { run: echo, needs: a, if: failure() }
  nothing-above: { run: echo, if: failure() }
  always: { run: echo, needs: a, if: always() }
  cells: { run: echo, if: matrix.n != 2, matrix: { n: [1, 2] } }
  broken: { run: echo, if: fromJSON(inputs.word) }
  after: { run: echo, needs: no }
`, { inputs: { list: null, word: 'go', other: 'secret' }, unknown: ['other'] })
    expect(laid(plan)).toEqual({
      a: 'surely: a', yes: 'surely: yes', no: 'never: no', open: 'perhaps: open', hidden: 'perhaps: hidden', rescue: 'on-failure: rescue',
      'nothing-above': 'never: nothing-above', always: 'surely: always', cells: 'surely: cells(n=1) cells(n=2) never', broken: 'perhaps: broken',
      after: 'surely: after',
    })
  })

  it('are one that never runs where the given matrix has no cell, and refused where it cannot be one', async () => {
    const steps = `${INPUTS}
steps:
  m: { run: echo, matrix: { a: "\${{ inputs.list }}" } }
  off: { run: echo, if: inputs.word == 'on', matrix: { a: "\${{ inputs.list }}" } }
  open: { run: echo, if: git.branch == 'main', matrix: { a: "\${{ inputs.list }}" } }
`
    const empty = await previewOf(steps, { inputs: { list: [], word: 'on', other: null } })
    expect([laid(empty), empty.refusals]).toEqual([{ m: 'never: m', off: 'never: off', open: 'never: open' }, []])
    const wrong = await previewOf(steps, { inputs: { list: 5, word: 'x', other: null } })
    expect([laid(wrong), wrong.refusals]).toEqual([{ m: 'surely: ?', off: 'never: off', open: 'perhaps: ?' }, [
      { code: 'bad-matrix', message: 'the matrix of step `m` cannot be laid out with these inputs: the matrix dimension `a` must be a list' },
    ]])
  })

  it('are at most 10,000, counted with the inputs at hand', async () => {
    const plan = await previewOf(`${INPUTS}
steps:
  m: { run: echo, matrix: { a: "\${{ inputs.list }}", b: "\${{ inputs.list }}" } }
  k: { run: echo }
`, { inputs: { list: Array.from({ length: 100 }, (_, at) => at), word: null, other: null } })
    expect(plan.refusals).toEqual([{ code: 'too-many-nodes', message: 'the steps make 10001 nodes, a plan holds at most 10,000' }])
  })
})

describe('the checks of a plan', () => {
  it('are told with what they run and where that comes from, and refused where nobody knows them', async () => {
    const plan = await previewOf(`${AGENTS}
checks: { own: { kind: custom, run: ./own } }
steps:
  a: { agent: writer, prompt: x, verify: [own, types] }
  b: { check: [types, lint] }
`, { detected: { types: { script: 'tsc', from: 'tsconfig.json' } } })
    expect(plan.checks).toEqual([
      { name: 'own', file: 'p.yml', run: './own', from: null }, { name: 'types', file: 'p.yml', run: 'tsc', from: 'tsconfig.json' },
      { name: 'lint', file: 'p.yml', run: null, from: null },
    ])
    expect(plan.refusals.map(({ code }) => code)).toEqual(['unknown-check'])
  })
})
