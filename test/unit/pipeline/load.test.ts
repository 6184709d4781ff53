import { describe, expect, it } from 'vitest'
import { load } from '../../../src/pipeline/load.ts'
import type { Pipeline } from '../../../src/pipeline/pipeline.ts'

async function pipelineOf(text: string, file = 'ci/fix.yml'): Promise<Pipeline> {
  const { pipeline, diagnostics } = await load(text, file)
  expect(diagnostics.filter((diagnostic) => diagnostic.severity === 'error')).toEqual([])
  if (!pipeline) throw new Error('there is no pipeline')
  return pipeline
}

const STEP = {
  name: undefined, needs: [], if: undefined, matrix: undefined, env: {}, timeoutMs: undefined,
  retry: { attempts: 1, backoffMs: 1000, maxDelayMs: 300_000, on: undefined }, continueOnError: false, workspace: 'inherit', artifacts: [], files: [], priority: 0, budget: undefined, risk: 'low' as const, cache: undefined,
}

describe('load', () => {
  it('fills in all that the smallest pipeline leaves out', async () => {
    expect(await pipelineOf('steps:\n  hello: { run: echo hello }\n')).toEqual({
      file: 'ci/fix.yml', name: 'fix', description: undefined, inputs: new Map(), env: {}, providers: new Map(),
      limits: { budget: undefined, dailyBudget: undefined, zone: 'UTC', warnAt: [], timeoutMs: undefined, concurrency: undefined, maxWaitMs: 300_000, providers: new Map() },
      routes: new Map(), toolServers: new Map(), agents: new Map(), checks: new Map(),
      workspace: { base: 'HEAD', setup: undefined, link: [], copy: [], allowProtected: [], onConflict: 'fail', resolver: undefined }, autonomy: 'full',
      steps: new Map([['hello', { ...STEP, id: 'hello', kind: 'run', run: 'echo hello', shell: 'bash -euo pipefail', outputs: undefined }]]),
      outputs: {}, reports: {}, children: new Map(),
    })
  })

  it('keeps what is said of inputs, variables, limits and the workspace', async () => {
    const pipeline = await pipelineOf(`
version: 1
name: whole
description: all of it
inputs:
  task: { type: string, required: true, description: what }
  risk: { type: choice, options: [low, high], default: low, secret: true }
env: { TEXT: a, NUMBER: 1.5, FLAG: true }
limits: { budget_usd: 0.1, timeout: 1h30m, concurrency: 4 }
workspace: { base: main, setup: npm ci, link: [node_modules], copy: [.env] }
steps: { a: { run: x } }
outputs: { out: "\${{ steps.a.outputs.v }}", n: 1 }
`)
    expect(pipeline).toMatchObject({
      name: 'whole', description: 'all of it', env: { TEXT: 'a', NUMBER: '1.5', FLAG: 'true' },
      limits: { budget: 100_000_000_000n, timeoutMs: 5_400_000, concurrency: 4 },
      workspace: { base: 'main', setup: 'npm ci', link: ['node_modules'], copy: ['.env'] },
      outputs: { out: '${{ steps.a.outputs.v }}', n: '1' },
    })
    expect([...pipeline.inputs.values()]).toEqual([
      { name: 'task', type: 'string', options: [], required: true, default: undefined, description: 'what', secret: false },
      { name: 'risk', type: 'choice', options: ['low', 'high'], required: false, default: 'low', description: undefined, secret: true },
    ])
  })

  it('knows where keys come from and what models cost', async () => {
    const pipeline = await pipelineOf(`
providers:
  claude: { type: anthropic }
  gpt: { type: openai, api_key_env: MY_KEY, timeout: 5m, headers: { x-team: me } }
  local: { type: openai-compatible, base_url: "http://127.0.0.1:1/v1", prices: { m: { input: 3, output: 15 }, n: free, o: { input: 1, output: 2, cache_read: 0.1, cache_write: 1.25 } } }
  tape: { type: replay, recording: ./tape }
steps: { a: { run: x } }
`)
    expect([...pipeline.providers.values()]).toEqual([
      { name: 'claude', type: 'anthropic', apiKeyEnv: 'ANTHROPIC_API_KEY', baseUrl: undefined, headers: {}, timeoutMs: undefined, prices: new Map(), recording: undefined },
      { name: 'gpt', type: 'openai', apiKeyEnv: 'MY_KEY', baseUrl: undefined, headers: { 'x-team': 'me' }, timeoutMs: 300_000, prices: new Map(), recording: undefined },
      {
        name: 'local', type: 'openai-compatible', apiKeyEnv: undefined, baseUrl: 'http://127.0.0.1:1/v1', headers: {}, timeoutMs: undefined, recording: undefined,
        prices: new Map<string, unknown>([
          ['m', { input: 3_000_000n, output: 15_000_000n, cacheRead: 3_000_000n, cacheWrite: 3_000_000n }],
          ['n', 'free'],
          ['o', { input: 1_000_000n, output: 2_000_000n, cacheRead: 100_000n, cacheWrite: 1_250_000n }],
        ]),
      },
      { name: 'tape', type: 'replay', apiKeyEnv: undefined, baseUrl: undefined, headers: {}, timeoutMs: undefined, prices: new Map(), recording: './tape' },
    ])
  })

  it('builds agents and their steps', async () => {
    const pipeline = await pipelineOf(`
providers: { p: { type: openai } }
agents:
  plain: { model: p/org/model }
  whole:
    { model: p/m, description: d, instructions_file: ./a.md, tools: [files, shell, files], permissions: full, allow_commands: [x], allow_hosts: [a.example, a.example], sandbox: require, max_turns: 4, max_output_tokens: 5, context_tokens: 6, temperature: 0, env: { A: 1 } }
steps:
  a: { agent: plain, prompt_file: ./p.md }
  b: { needs: a, agent: whole, prompt: go, outputs: { r: { type: string } }, verify: lint, repair: 3, workspace: worktree }
`)
    expect([...pipeline.agents.values()]).toEqual([
      {
        name: 'plain', description: undefined, provider: 'p', model: 'org/model', instructions: undefined, instructionsFile: undefined, tools: [],
        executor: 'llm', command: [], route: undefined, candidates: [{ provider: 'p', model: 'org/model' }], budget: undefined,
        permissions: 'limited', allowCommands: [], allowHosts: [], sandbox: 'auto', maxTurns: 50, maxOutputTokens: 8192, contextTokens: undefined, temperature: undefined, env: {},
        capabilities: [], maxLoad: undefined, priority: 0, backup: [], stallTimeoutMs: 900_000,
      },
      {
        name: 'whole', description: 'd', provider: 'p', model: 'm', instructions: undefined, instructionsFile: './a.md', tools: ['files', 'shell'],
        executor: 'llm', command: [], route: undefined, candidates: [{ provider: 'p', model: 'm' }], budget: undefined,
        permissions: 'full', allowCommands: ['x'], allowHosts: ['a.example'], sandbox: 'require', maxTurns: 4, maxOutputTokens: 5, contextTokens: 6, temperature: 0, env: { A: '1' },
        capabilities: [], maxLoad: undefined, priority: 0, backup: [], stallTimeoutMs: 900_000,
      },
    ])
    expect([...pipeline.steps.values()]).toEqual([
      { ...STEP, id: 'a', kind: 'agent', agent: 'plain', capabilities: [], prompt: undefined, promptFile: './p.md', outputs: undefined, verify: [], repair: 0 },
      {
        ...STEP, id: 'b', needs: ['a'], kind: 'agent', agent: 'whole', capabilities: [], prompt: 'go', promptFile: undefined, outputs: { r: { type: 'string' } },
        verify: ['lint'], repair: 3, workspace: 'worktree',
      },
    ])
  })

  it('builds checks', async () => {
    const pipeline = await pipelineOf(`
checks:
  lint: { run: eslint, report: eslint-json }
  mine: { run: x, timeout: 1m, gate: warn, report: "junit:out/*.xml", expect: { exit_code: 3, stdout_matches: a, stderr_matches: b, not_matches: c } }
steps: { a: { check: [lint, mine] } }
`)
    expect([...pipeline.checks.values()]).toEqual([
      {
        name: 'lint', kind: 'lint', run: 'eslint', timeoutMs: 600_000, gate: 'block', report: { format: 'eslint-json', path: undefined },
        expect: { exitCode: 0, stdoutMatches: undefined, stderrMatches: undefined, notMatches: undefined },
      },
      {
        name: 'mine', kind: 'custom', run: 'x', timeoutMs: 60_000, gate: 'warn', report: { format: 'junit', path: 'out/*.xml' },
        expect: { exitCode: 3, stdoutMatches: 'a', stderrMatches: 'b', notMatches: 'c' },
      },
    ])
    expect(pipeline.steps.get('a')).toEqual({ ...STEP, id: 'a', kind: 'check', checks: ['lint', 'mine'] })
  })

  it('builds what steps have in common', async () => {
    const pipeline = await pipelineOf(`
inputs: { list: { type: json } }
steps:
  a: { run: x, outputs: [v] }
  b:
    name: B
    needs: [a, a]
    if: \${{ inputs.list != null }}
    matrix: { os: [x, 1, null], node: "\${{ inputs.list }}", include: [{ os: y }], exclude: [{ os: x }] }
    env: { A: 1 }
    timeout: 10s
    retry: { attempts: 3, backoff: 2s, max_delay: 1m, on: [timeout] }
    continue_on_error: true
    workspace: none
    artifacts: [out/**, out/**]
    files: [src/**]
    priority: 5
    risk: high
    cache: { key: v2, paths: ['dist/**'] }
    run: y
    shell: sh -e
    outputs: { w: { type: string } }
  c: { if: true, matrix: "\${{ inputs.list }}", run: x }
`)
    expect(pipeline.steps.get('a')).toMatchObject({ outputs: new Map([['v', undefined]]) })
    expect(pipeline.steps.get('b')).toEqual({
      id: 'b', name: 'B', needs: ['a'], if: 'inputs.list != null', env: { A: '1' }, timeoutMs: 10_000, continueOnError: true, workspace: 'none',
      artifacts: ['out/**'], files: ['src/**'], priority: 5, risk: 'high', cache: { key: 'v2', paths: ['dist/**'] },
      retry: { attempts: 3, backoffMs: 2000, maxDelayMs: 60_000, on: ['timeout'] },
      matrix: {
        dimensions: new Map<string, unknown>([['os', ['x', 1, null]], ['node', { expression: 'inputs.list' }]]), include: [{ os: 'y' }], exclude: [{ os: 'x' }],
      },
      kind: 'run', run: 'y', shell: 'sh -e', outputs: new Map([['w', { type: 'string' }]]),
    })
    expect(pipeline.steps.get('c')).toMatchObject({ if: 'true', matrix: { expression: 'inputs.list' } })
  })

  it('gives no pipeline for a file that holds none', async () => {
    for (const text of ['', 'hello', '- a', 'steps: [', '\0']) {
      const { pipeline, diagnostics } = await load(text, 'p.yml')
      expect(pipeline).toBeUndefined()
      expect(diagnostics.length).toBeGreaterThan(0)
    }
  })

  it('tells a mistake of form also where the parser only warned', async () => {
    const { diagnostics } = await load('providers: { p: { type: openai, prices: { m: 9007199254740993 } } }\nsteps: { a: { run: x } }\n', 'p.yml')
    expect(diagnostics.map(({ code, severity }) => `${severity} ${code}`).sort()).toEqual(['error wrong-type', 'warning number-imprecise'])
  })

  it('tells mistakes of syntax, form, meaning and expressions together, sorted by place', async () => {
    const { diagnostics } = await load('name: a\nname: b\nsteps:\n  a: { run: "echo \\"${{ inputs.x }}\\"", needs: b, rnu: x }\n', 'p.yml')
    expect(diagnostics.map(({ line, column, code }) => `${line}:${column} ${code}`)).toEqual([
      '2:1 duplicate-key', '4:32 unknown-input', '4:48 unknown-need', '4:51 unknown-key',
    ])
  })

  it('loads a chain of ten thousand steps', async () => {
    const chain = Array.from({ length: 10_000 }, (_, i) => `  s${i}: { run: x${i > 0 ? `, needs: s${i - 1}` : ''} }\n`).join('')
    const { pipeline, diagnostics } = await load(`steps:\n${chain}`, 'p.yml')
    expect(diagnostics).toEqual([])
    expect(pipeline?.steps.size).toBe(10_000)
  })

  it('tells a thousand mistakes and how many more there are', async () => {
    const steps = Array.from({ length: 1500 }, (_, i) => `  s${i}: { rnu: x }\n`).join('')
    const { diagnostics, pipeline } = await load(`steps:\n${steps}`, 'p.yml')
    expect(pipeline).toBeUndefined()
    expect(diagnostics.length).toBe(1001)
    expect(diagnostics.at(-1)).toEqual({
      code: 'too-many-mistakes', severity: 'error', message: 'there are more mistakes from here on than can be told at once: 500', help: 'mend those above first',
      file: 'p.yml', line: 1002, column: 12, end_line: 1002, end_column: 15,
    })
  })

  it('is not broken by hundreds of thousands of wrong items', async () => {
    const list = (item: string): string => `[${Array.from({ length: 200_000 }, () => item).join(',')}]`
    for (const text of [`steps: { a: { run: x, outputs: ${list('1')} } }`, `steps: { a: { run: x, matrix: { z: [1], exclude: ${list('{}')} } } }`]) {
      expect((await load(text, 'p.yml')).pipeline).toBeUndefined()
    }
  })
})
