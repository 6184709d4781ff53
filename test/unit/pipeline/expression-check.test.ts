import { describe, expect, it } from 'vitest'
import type { MappingNode, ScalarNode } from '../../../src/document/document.ts'
import { parse } from '../../../src/document/parse.ts'
import { checkSite } from '../../../src/pipeline/expression-check.ts'
import type { TemplateSite } from '../../../src/pipeline/expression-check.ts'
import { loadExpressions } from '../../../src/pipeline/expression-load.ts'
import type { Names } from '../../../src/pipeline/names.ts'

const expressions = await loadExpressions()

const NAMES: Names = {
  contexts: ['inputs', 'env', 'matrix', 'run', 'git', 'github', 'secrets', 'steps'],
  inputs: ['task', 'risk', 'dry', 'count', 'data'],
  inputSpecs: new Map([
    ['task', { type: 'string', options: [] }], ['risk', { type: 'choice', options: ['low', 'high'] }], ['dry', { type: 'boolean', options: [] }],
    ['count', { type: 'number', options: [] }], ['data', { type: 'json', options: [] }],
  ]),
  matrix: ['node', 'os'],
  steps: new Map([['plan', { outputs: ['approach', 'files'] }], ['build', { outputs: 'any' }]]),
  allSteps: ['plan', 'build', 'other'],
  statusFunctions: false,
}

function check(yaml: string, form: TemplateSite['form'], names: Partial<Names> = {}): string[] {
  const { document } = parse(yaml, 'p.yml')
  const node = (document.root as MappingNode).pairs.get('x')?.value as ScalarNode
  return checkSite({ document, node, form, names: { ...NAMES, ...names } }, expressions).map(
    (found) => `${found.line}:${found.column}-${found.end_line}:${found.end_column} ${found.severity}[${found.code}] ${found.message}${found.help === undefined ? '' : ` (${found.help})`}`,
  )
}

const template = (source: string, names?: Partial<Names>): string[] => check(`x: >-\n  \${{ ${source} }}\n`, 'template', names)
const condition = (source: string): string[] => check(`x: >-\n  ${source}\n`, 'condition', { statusFunctions: true })
const tail = (found: readonly string[]): string[] => found.map((text) => text.replace(/^\S+ /, ''))

describe('checkSite', () => {
  it('says nothing where nothing is wrong', () => {
    expect(template("contains(inputs.Task, 'x') && matrix.node != 20 && steps.plan.outputs.approach && steps.build.outputs.any.thing && run.id && git.sha && github.event.a.b && env.X && secrets.Y && steps['plan'].exit_code && fromJSON('[1]')[0] && inputs.data.a.b && steps.*.status && inputs[matrix.os]")).toEqual([])
    expect(check('x: true\n', 'condition')).toEqual([])
    expect(check('x: plain text\n', 'script')).toEqual([])
    expect(condition("success() && inputs.risk == 'HIGH' || inputs.dry == true && inputs.count == '2' && steps.plan.status == 'failed' && inputs.data == 'x' && inputs.task == 1")).toEqual([])
  })

  it('tells all mistakes of a block at their lines and columns', () => {
    const yaml = 'x: |\n  echo "${{ inputs.tsak }}"\n  echo fine\n  echo "${{ input.task }}"\n  echo "${{ contain(inputs.task, \'x\') }}"\n  echo "${{ inputs.task }"\n'
    expect(check(yaml, 'script')).toEqual([
      '2:20-2:24 error[unknown-input] this pipeline has no input `tsak` (did you mean `task`?)',
      '4:13-4:18 error[unknown-context] there is no context `input` (did you mean `inputs`?)',
      '5:13-5:20 error[unknown-function] there is no function `contain` (did you mean `contains`?)',
      '6:9-6:27 error[expression-unclosed] the expression does not end, `}}` is missing (a double brace ends an expression: `${{ inputs.name }}`)',
    ])
  })

  it('tells several mistakes of one expression', () => {
    expect(check('x: "${{ input.a && contain(inputs.b) || matrix.nod }}"\n', 'template')).toEqual([
      '1:9-1:14 error[unknown-context] there is no context `input` (did you mean `inputs`?)',
      '1:20-1:27 error[unknown-function] there is no function `contain` (did you mean `contains`?)',
      '1:35-1:36 error[unknown-input] this pipeline has no input `b` (inputs are `task`, `risk`, `dry`, `count`, `data`)',
      '1:48-1:51 error[unknown-matrix-key] the matrix of this step has no `nod` (did you mean `node`?)',
    ])
  })

  it('sees through the escapes of a quoted text', () => {
    expect(check('x: "\\t\\"é ${{ inputs.tsak }}"\n', 'template')).toEqual(['1:22-1:26 error[unknown-input] this pipeline has no input `tsak` (did you mean `task`?)'])
  })

  it.each<[string, string]>([
    ['', 'error[expression-empty] the expression is empty'],
    ['inputs.task == "x"', "error[expression-double-quotes] `\"x\"` is no text: texts in expressions stand in single quotes (write `'x'`)"],
    ['inputs.count + 1', 'error[expression-syntax] unexpected `+` in the expression (expressions cannot calculate; do it in a script)'],
    ['inputs.count = 1', 'error[expression-syntax] unexpected `=` in the expression (two values are compared with `==`)'],
    ['inputs.count ==', 'error[expression-syntax] the expression ends too early, something is missing behind its end'],
    ['needs.plan.outputs.x', 'error[unknown-context] there is no context `needs` (the results of needed steps are in `steps.ID`)'],
    ['contains(inputs.task)', 'error[argument-count] `contains` takes 2 arguments, it was given 1'],
    ["join('a', 'b', 'c')", 'error[argument-count] `join` takes 1 or 2 arguments, it was given 3'],
    ['toJSON()', 'error[argument-count] `toJSON` takes 1 argument, it was given 0'],
    ["toString('x')", 'error[unknown-function] there is no function `toString` (functions are `contains`, `startsWith`, `endsWith`, `format`, `join`, `toJSON`, `fromJSON`, `case`, `success`, `failure`, `always`, `cancelled`)'],
    ['success()', 'error[status-function-misplaced] `success()` can be asked in `if` only (name the step: `steps.ID.status`)'],
    ['steps.paln.status', 'error[unknown-step] there is no step `paln` (did you mean `plan`?)'],
    ['steps.other.status', 'error[step-not-needed] the step `other` is not needed by this one, so its result is not known here (add `other` to `needs`)'],
    ['steps.plan.output.approach', 'error[unknown-field] the step `plan` has no field `output` (did you mean `outputs`?)'],
    ['steps.plan.conclusion', 'error[unknown-field] the step `plan` has no field `conclusion` (did you mean `status`?)'],
    ["steps.plan['outputs'].aproach", 'error[undeclared-output] the step `plan` declares no output `aproach` (did you mean `approach`?)'],
    ['run.attmpt', 'error[unknown-field] `run` has no field `attmpt` (did you mean `attempt`?)'],
    ['git.commit', 'error[unknown-field] `git` has no field `commit` (fields are `sha`, `branch`, `base`)'],
    ['run.id.x', 'error[index-of-scalar] `run.id` is a string and has no fields'],
    ['inputs.task.title', 'error[index-of-scalar] `inputs.task` is a string and has no fields'],
    ['steps.plan.status[0]', 'error[index-of-scalar] `steps.plan.status` is a string and has no fields'],
    ["fromJSON('{')", 'error[invalid-json] `fromJSON` is given a text that is no JSON'],
    ["format('{0} {2}', 1)", 'error[invalid-format] the text of `format` names `{2}`, but only 1 value is given'],
    ["format('{0', 1)", 'error[invalid-format] the text of `format` has a single brace; one that stands for itself is written twice'],
  ])('tells what is wrong in %j', (source, expected) => {
    expect(tail(template(source))).toEqual([expected])
  })

  it('knows a missing matrix', () => {
    expect(tail(template('matrix.node', { matrix: null }))).toEqual(['error[matrix-missing] this step has no `matrix` (give it one: `matrix: { name: [one, two] }`)'])
    expect(tail(template('matrix.node', { matrix: null, contexts: ['inputs'] }))).toEqual(['error[matrix-missing] this step has no `matrix` (give it one: `matrix: { name: [one, two] }`)'])
    expect(template('matrix.anything', { matrix: 'unknown' })).toEqual([])
  })

  it('knows which contexts a place has', () => {
    expect(tail(template('steps.plan.status', { contexts: ['inputs', 'run'] }))).toEqual(['error[context-unavailable] `steps` is not known here, only `inputs`, `run`'])
  })

  it.each<[string, string | undefined]>([
    ["steps.plan.status == 'success'", "warning[constant-comparison] this comparison never holds: `steps.plan.status` cannot be equal to `'success'` (did you mean `passed`?)"],
    ["inputs.risk == 'hgih'", "warning[constant-comparison] this comparison never holds: `inputs.risk` cannot be equal to `'hgih'` (did you mean `high`?)"],
    ["inputs.dry == 'true'", "warning[constant-comparison] this comparison never holds: `inputs.dry` cannot be equal to `'true'` (a boolean is compared with a string)"],
    ['2 == true', 'warning[constant-comparison] this comparison never holds: `2` cannot be equal to `true` (a number is compared with a boolean)'],
    ["inputs.count != 'many'", "warning[constant-comparison] this comparison always holds: `inputs.count` cannot be equal to `'many'` (a number is compared with a string)"],
    ["steps.plan.outputs == 'x'", "warning[constant-comparison] this comparison never holds: `steps.plan.outputs` cannot be equal to `'x'` (an object is compared with a string)"],
    ["success() == 'true'", "warning[constant-comparison] this comparison never holds: `success()` cannot be equal to `'true'` (a boolean is compared with a string)"],
    ['1 == true', undefined],
    ["'1' == 1", undefined],
    ["inputs.dry == '1'", undefined],
  ])('knows that %j cannot hold', (source, expected) => {
    expect(tail(condition(source))).toEqual(expected === undefined ? [] : [expected])
  })

  it('takes a condition without braces for an expression too', () => {
    expect(check('x: process.exit(0)\n', 'condition')).toEqual([
      '1:4-1:11 error[unknown-context] there is no context `process` (contexts are `inputs`, `env`, `matrix`, `run`, `git`, `github`, `secrets`, `steps`)',
      '1:16-1:17 error[expression-syntax] unexpected `(` in the expression (only functions of the language can be called)',
    ])
    expect(check('x: ${{ nope.x }}\n', 'condition')).toHaveLength(1)
    expect(check('x: ""\n', 'condition')).toEqual(['1:5-1:6 error[expression-empty] the expression is empty'])
  })

  it('refuses a condition that would always be true', () => {
    expect(tail(check('x: ${{ inputs.dry }} && ${{ input.a }}\n', 'condition'))).toEqual([
      'error[condition-mixed] a condition is one expression, this text would always be true (put all of it into one `${{ … }}`, or leave that out)',
      'error[unknown-context] there is no context `input` (did you mean `inputs`?)',
    ])
  })

  it('shows no control characters', () => {
    const found = template("inputs['\u202e\u0007']").join('')
    expect([found.includes('\u202e'), found.includes('\u0007'), found.includes('unknown-input')]).toEqual([false, false, true])
  })

  it('tells at most a hundred mistakes of one text', () => {
    expect(check(`x: "${'${{ a.b }}'.repeat(300)}"\n`, 'template')).toHaveLength(100)
  })
})
