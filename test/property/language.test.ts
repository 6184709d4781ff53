import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { planDot } from '../../src/cli/plan-dot.ts'
import { planJson } from '../../src/cli/plan-json.ts'
import { planMermaid } from '../../src/cli/plan-mermaid.ts'
import { modelPrices } from '../../src/cli/plan-rates.ts'
import { planText } from '../../src/cli/plan-text.ts'
import { formatDiagnostics } from '../../src/document/format.ts'
import { loadExpressions } from '../../src/pipeline/expression-load.ts'
import { load } from '../../src/pipeline/load.ts'
import type { Pipeline } from '../../src/pipeline/pipeline.ts'
import { buildPlan } from '../../src/plan/build.ts'
import { preview } from '../../src/plan/preview.ts'
import { ROOT, asPipeline, documents, pipelineFiles, readDocument, yamlBlocks } from '../golden/blocks.ts'
import { pipelinesOf, spoilt, torn, yaml } from '../rig/grammar.ts'
import type { Schema } from '../rig/grammar.ts'
import { RATES } from '../unit/plan/rig.ts'
import { MEASURED } from '../rig/measured.ts'

/** So many cases in all; more of them in a longer hunt. `ORCH_SEED` repeats a run. */
const CASES = Number(process.env.ORCH_FUZZ ?? 20_000)
const SEED = Number(process.env.ORCH_SEED ?? (Date.now() ^ process.pid) >>> 0)
/** No text of a few kilobytes may take so long, on a busy machine either. */
const MOST_MS = 2_000

process.stdout.write(`language.test.ts: ${CASES} cases, ORCH_SEED=${SEED}\n`)

const expressions = await loadExpressions()
const schema = JSON.parse(readFileSync(join(ROOT, 'schemas/pipeline.schema.json'), 'utf8')) as Schema
const CHILD = 'inputs: { a: { type: number, required: true } }\nsteps: { x: { run: "echo \\"${{ inputs.a }}\\"", outputs: [y] } }\noutputs: { z: "${{ steps.x.outputs.y }}" }\n'
const read = async (file: string): Promise<string | { code: string; message: string }> =>
  file === 'child.yml' ? CHILD : { code: 'file-missing', message: `there is no file \`${file}\`` }

/** Everything that `validate` and `plan` do with a text but for files and arguments. Tells whether it is valid. */
async function whole(text: string): Promise<boolean> {
  const began = performance.now()
  const { pipeline, diagnostics, sources } = await load(text, 'p.yml', expressions, read, read)
  const told = (['text', 'json', 'github', 'sarif'] as const).map((format) => formatDiagnostics(format, diagnostics, sources, { color: false }))
  expect(pipeline === undefined).toBe(diagnostics.some(({ severity }) => severity === 'error'))
  const shown = pipeline ? plansOf(pipeline) : []
  for (const output of [...told, ...shown]) expect(output).not.toMatch(/^\s+at .+:\d+:\d+\)?$|\[object Object\]|\bundefined\b: /m)
  for (const { message, help, line, column, end_line, end_column } of diagnostics) {
    expect(`${message}${help ?? ''}`).not.toMatch(/\n|\[object/)
    expect(line < end_line || (line === end_line && column < end_column)).toBe(true)
  }
  const took = performance.now() - began
  expect(took, `it took ${took.toFixed(0)} ms`).toBeLessThan(MOST_MS)
  return pipeline !== undefined
}

function plansOf(pipeline: Pipeline): string[] {
  const names = [...pipeline.inputs.keys()]
  const told = preview(buildPlan(pipeline), {
    expressions, inputs: { values: Object.fromEntries([...pipeline.inputs].map(([name, spec]) => [name, spec.default ?? null])), unknown: names }, missing: [],
    ratesOf: () => RATES, priceOf: (called, model) => modelPrices(called)(model), detected: new Map(),
  })
  return [planText(told), planJson(told), planMermaid(told), planDot(told)]
}

/** Good pipelines of the project: examples, starting points, documentation. */
const good = [
  ...pipelineFiles().map((file) => readDocument(file)),
  ...documents().flatMap((file) => yamlBlocks(file, readDocument(file)).filter((block) => block.kind !== 'file').map(asPipeline)),
]

/** Tries a share of all cases, and tells how many of them were valid. */
async function tryAll(share: number, cases: fc.Arbitrary<string>): Promise<number> {
  let valid = 0
  const numRuns = Math.ceil(CASES * share)
  await fc.assert(fc.asyncProperty(cases, async (text) => { if (await whole(text)) valid += 1 }), { numRuns, seed: SEED })
  return valid / numRuns
}

describe('whatever is written, it is validated and planned without an exception, a hang or a stack trace', () => {
  it('pipelines as the schema describes them, with mistakes', { ...MEASURED, timeout: 300_000 }, async () => {
    await tryAll(0.35, pipelinesOf(schema).map((value) => JSON.stringify(value, undefined, 2)))
  })

  it('good pipelines with up to three parts wrong: some are still valid, and most are not', { ...MEASURED, timeout: 300_000 }, async () => {
    const values = await Promise.all(good.map(async (text) => (await import('js-yaml')).load(text)))
    const cases = fc.constantFrom(...(values as Parameters<typeof spoilt>[0][])).chain(spoilt).map((value) => JSON.stringify(value))
    const share = await tryAll(0.25, cases)
    expect(share).toBeGreaterThan(0.05)
    expect(share).toBeLessThan(0.8)
  })

  it('good pipelines, torn', { ...MEASURED, timeout: 300_000 }, async () => {
    expect(await tryAll(0.2, fc.constantFrom(...good).chain(torn))).toBeGreaterThan(0.02)
  })

  it('YAML in all its styles', { ...MEASURED, timeout: 300_000 }, async () => {
    await tryAll(0.2, yaml)
  })
})
