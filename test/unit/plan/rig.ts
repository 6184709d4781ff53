import type { JsonObject } from '../../../src/base/json.ts'
import { loadExpressions } from '../../../src/pipeline/expression-load.ts'
import { load } from '../../../src/pipeline/load.ts'
import type { Pipeline } from '../../../src/pipeline/pipeline.ts'
import { buildPlan } from '../../../src/plan/build.ts'
import type { Rates } from '../../../src/plan/node-cost.ts'
import { preview } from '../../../src/plan/preview.ts'
import type { ModelPrice, Preview } from '../../../src/plan/preview.ts'

/**
 * Pico-dollars a token, small enough to be added up by hand; a dear model costs ten times as much, a real one a million times,
 * and `none` has no price.
 */
const CHEAP = { input: 2n, output: 10n, cacheRead: 1n, cacheWrite: 2n }

const REAL = { input: 2_000_000n, output: 10_000_000n, cacheRead: 1_000_000n, cacheWrite: 2_000_000n }

export const RATES: Rates = {
  hold: (model, input, output) => priceOf(model, (price) => BigInt(input) * price.input + BigInt(output) * price.output),
  cost: (model, use) => priceOf(model, (price) =>
    BigInt(use.input) * price.input + BigInt(use.output) * price.output + BigInt(use.cacheRead) * price.cacheRead + BigInt(use.cacheWrite) * price.cacheWrite),
  around: (_step, agent) => 100 + Buffer.byteLength(agent.instructions ?? ''),
}

function priceOf(model: string, of: (price: typeof CHEAP) => bigint): bigint | undefined {
  if (model.endsWith('none')) return undefined
  return of(CHEAP) * (model.endsWith('dear') ? 10n : model.endsWith('real') ? 1_000_000n : 1n)
}

/** A valid pipeline from its text, with those that it calls. */
export async function pipelineOf(text: string, files: Readonly<Record<string, string>> = {}): Promise<Pipeline> {
  const read = async (file: string) => files[file] ?? { code: 'file-missing', message: `there is no file ${file}` }
  const { pipeline, diagnostics } = await load(text, 'p.yml', undefined, read)
  if (!pipeline) throw new Error(JSON.stringify(diagnostics))
  return pipeline
}

interface Given {
  readonly inputs?: JsonObject
  readonly unknown?: readonly string[]
  readonly detected?: Readonly<Record<string, { script: string; from: string }>>
  readonly files?: Readonly<Record<string, string>>
}

export async function previewOf(text: string, { inputs = {}, unknown = [], detected = {}, files }: Given = {}): Promise<Preview> {
  const priceOf = (_pipeline: Pipeline, model: string): ModelPrice | undefined => (model.endsWith('none') ? undefined : model.endsWith('real') ? REAL : CHEAP)
  return preview(buildPlan(await pipelineOf(text, files)), {
    expressions: await loadExpressions(), inputs: { values: inputs, unknown }, missing: unknown, ratesOf: () => RATES, priceOf,
    detected: new Map(Object.entries(detected)),
  })
}

/** Providers and one agent of each kind; `P` stands before the steps of a test. */
export const AGENTS = `
providers: { p: { type: openai-compatible, base_url: "http://127.0.0.1:1/v1", prices: { cheap: free, dear: free } } }
agents:
  plain: { model: p/cheap, max_turns: 2, max_output_tokens: 1000 }
  reader: { model: p/cheap, tools: [files], permissions: read-only, max_turns: 9, max_output_tokens: 1000 }
  writer: { model: p/cheap, tools: [files], max_turns: 9, max_output_tokens: 1000 }
  program: { executor: command, command: [bash, agent.sh] }
`
