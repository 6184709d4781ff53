import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, expect, it } from 'vitest'
import { orchRun, removeFolders, repositoryWith } from '../rig/program.ts'
import { startSimulator } from '../simulator/simulator.ts'

afterAll(removeFolders)

interface Pair {
  key: string
  value: { stringValue?: string; intValue?: string; doubleValue?: number }
}
interface SpanBody {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  kind: number
  startTimeUnixNano: string
  endTimeUnixNano: string
  attributes: Pair[]
  status: { code?: number; message?: string }
}
interface Metric {
  name: string
  unit: string
  histogram?: { dataPoints: { attributes: Pair[]; count: string; sum: number; bucketCounts: string[]; explicitBounds: number[] }[] }
  sum?: { isMonotonic: boolean; dataPoints: { asDouble: number }[] }
}
interface Posted {
  path: string
  headers: Record<string, unknown>
  body: { resourceSpans?: { resource: { attributes: Pair[] }; scopeSpans: { spans: SpanBody[] }[] }[]; resourceMetrics?: { scopeMetrics: { metrics: Metric[] }[] }[] }
}

/** A collector of our own on a loopback socket. */
async function collector(status = 200) {
  const posts: Posted[] = []
  const server = createServer((request, response) => {
    let text = ''
    request.on('data', (chunk: Buffer) => { text += chunk.toString() })
    request.on('end', () => {
      posts.push({ path: request.url ?? '', headers: request.headers, body: JSON.parse(text) as Posted['body'] })
      response.writeHead(status, { 'content-type': 'application/json' }).end('{}')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { posts, url, close: async () => new Promise((resolve) => server.close(resolve)) }
}

const KEY = 'canary-key-of-the-simulator-0123'
const PROMPT = 'Say the secret word of the house.'

async function performed(env: Record<string, string>) {
  let count = 0
  const simulator = await startSimulator({
    answer: () => {
      count += 1
      return count === 1
        ? { status: 500, body: { type: 'error', error: { type: 'api_error', message: 'down' } } }
        : { text: 'done', usage: { input: 10, output: 5, cacheRead: 90, cacheWrite: 3 } }
    },
  })
  const folder = repositoryWith({
    'p.yml': `
name: told
providers: { sim: { type: anthropic, base_url: "${simulator.baseUrl.messages}", api_key_env: SIM_KEY, prices: { m: { input: 3, output: 15 } } } }
routes: { r: { models: [sim/m], retry: { backoff: 1ms, max_delay: 1ms } } }
agents: { dev: { route: r, instructions: Work. } }
steps:
  ask: { agent: dev, prompt: ${PROMPT} }
  fail: { needs: ask, run: exit 3 }
`,
  })
  const ended = await orchRun({ cwd: folder, args: ['p.yml', '--json'], env: { SIM_KEY: KEY, ...env } })
  await simulator.close()
  return ended
}

function valuesOf(pairs: readonly Pair[]): Record<string, unknown> {
  return Object.fromEntries(pairs.map(({ key, value }) => [key, value.stringValue ?? value.doubleValue ?? Number(value.intValue)]))
}

it('a run is told to a collector: one span for each call, its requests below it, and no word of what was said', async () => {
  const { posts, url, close } = await collector()
  const ended = await performed({
    OTEL_EXPORTER_OTLP_ENDPOINT: `${url}/`, OTEL_EXPORTER_OTLP_HEADERS: 'x-team=a%20b', OTEL_SERVICE_NAME: 'ci', OTEL_RESOURCE_ATTRIBUTES: 'env=test',
    TRACEPARENT: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  })
  await close()
  expect(ended.code, ended.stderr).toBe(1)
  expect(ended.stderr).not.toContain('collector')
  expect(new Set(posts.map(({ path }) => path))).toEqual(new Set(['/v1/traces', '/v1/metrics']))
  for (const { headers } of posts) expect(headers).toMatchObject({ 'content-type': 'application/json', 'x-team': 'a b' })
  const resources = posts.flatMap(({ body }) => body.resourceSpans ?? [])
  expect(valuesOf(resources[0]?.resource.attributes ?? [])).toMatchObject({ 'service.name': 'ci', env: 'test' })
  const spans = resources.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans))
  const named = (name: string): SpanBody => {
    const found = spans.filter((span) => span.name === name)
    expect(found.length, name).toBe(1)
    return found[0] as SpanBody
  }
  const [run, agent, chat, step] = [named('run told'), named('invoke_agent dev'), named('chat m'), named('step fail')]
  const requests = spans.filter(({ name }) => name === 'request sim/m')
  expect(spans.length).toBe(6)
  expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set(['0af7651916cd43dd8448eb211c80319c']))
  expect([run.parentSpanId, agent.parentSpanId, step.parentSpanId, chat.parentSpanId]).toEqual(['b7ad6b7169203331', run.spanId, run.spanId, agent.spanId])
  expect(requests.map(({ parentSpanId }) => parentSpanId)).toEqual([chat.spanId, chat.spanId])
  expect(valuesOf(chat.attributes)).toMatchObject({
    'gen_ai.operation.name': 'chat', 'gen_ai.provider.name': 'anthropic', 'gen_ai.request.model': 'm', 'gen_ai.agent.name': 'dev',
    'gen_ai.usage.input_tokens': 103, 'gen_ai.usage.output_tokens': 5, 'gen_ai.usage.cache_read.input_tokens': 90,
    'gen_ai.usage.cache_write.input_tokens': 3, 'orch_run.requests': 2,
  })
  expect([chat.kind, chat.status, agent.status, step.status, run.status]).toEqual([
    3, {}, {}, { code: 2, message: 'exit-code' }, { code: 2, message: 'failed' },
  ])
  expect(requests.map(({ attributes }) => valuesOf(attributes)['error.type'])).toEqual(['overloaded', undefined])
  expect(valuesOf(requests[0]?.attributes ?? [])).toMatchObject({ 'http.response.status_code': 500, 'orch_run.cost_basis': 'none' })
  for (const { startTimeUnixNano, endTimeUnixNano } of spans) expect(BigInt(endTimeUnixNano) >= BigInt(startTimeUnixNano)).toBe(true)
  const metrics = posts.flatMap(({ body }) => body.resourceMetrics ?? []).flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics))
  expect(metrics.map(({ name, unit }) => [name, unit])).toEqual([
    ['gen_ai.client.token.usage', '{token}'], ['gen_ai.client.operation.duration', 's'], ['orch_run.cost', 'USD'],
  ])
  const tokens = metrics[0]?.histogram?.dataPoints.map((point) => [valuesOf(point.attributes)['gen_ai.token.type'], point.count, point.sum])
  expect(tokens).toEqual([['input', '1', 103], ['output', '1', 5]])
  expect(metrics[0]?.histogram?.dataPoints[0]?.bucketCounts.length).toBe(15)
  expect(metrics[2]?.sum).toMatchObject({ isMonotonic: true, dataPoints: [{ asDouble: (103 * 3 + 5 * 15) / 1e6 }] })
  const all = JSON.stringify(posts)
  for (const word of [KEY, PROMPT, 'done']) expect(all).not.toContain(word)
})

it('a collector that is not there, or that refuses, is a warning and nothing else', async () => {
  const { url, close } = await collector(503)
  const refused = await performed({ OTEL_EXPORTER_OTLP_ENDPOINT: url })
  await close()
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('warning: the collector of telemetry answered 503')])
  const gone = await performed({ OTEL_EXPORTER_OTLP_ENDPOINT: url })
  expect([gone.code, gone.stderr]).toEqual([1, expect.stringContaining('warning: the collector of telemetry could not be reached')])
  const off = await performed({ OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_SDK_DISABLED: 'true' })
  expect(off.stderr).not.toContain('collector')
})
