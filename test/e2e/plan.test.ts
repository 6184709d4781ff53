import { readdirSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import { folderWith, orchRun, removeFolders, repositoryWith } from '../rig/program.ts'
import type { Ended } from '../rig/program.ts'
import { runFor } from '../rig/report.ts'
import type { SimAnswer } from '../simulator/answer.ts'
import { startSimulator } from '../simulator/simulator.ts'

afterAll(removeFolders)

const PIPELINE = `name: fix-and-prove
inputs:
  task: { type: string, required: true }
  versions: { type: json, default: [20, 22] }
  risk: { type: choice, options: [low, high], default: low }
providers:
  local:
    type: openai-compatible
    base_url: http://127.0.0.1:1/v1
    prices: { big: { input: 3, output: 15, cache_read: 0.3, cache_write: 3.75 }, small: { input: 0.5, output: 2 } }
routes:
  coding: { models: [local/big, local/small] }
limits: { budget_usd: 5 }
agents:
  architect: { model: local/small, instructions: You design., max_turns: 4 }
  developer: { route: coding, instructions: You fix bugs., tools: [files, shell], permissions: full }
checks:
  lint: { kind: lint, run: npx eslint . }
steps:
  design: { agent: architect, prompt: "Task: \${{ inputs.task }}" }
  implement: { needs: design, agent: developer, prompt: "\${{ steps.design.outputs.text }}", verify: [lint, types], repair: 2, retry: { attempts: 2 } }
  test: { needs: implement, matrix: { node: "\${{ inputs.versions }}" }, run: npm test }
  shards: { needs: implement, matrix: { shard: "\${{ fromJSON(steps.design.outputs.text) }}" }, run: echo }
  sign-off: { needs: test, if: inputs.risk == 'high', approve: Ship it? }
`

async function plan(files: Readonly<Record<string, string>>, ...args: string[]): Promise<Ended> {
  return orchRun({ cwd: folderWith(files), args: ['plan', 'p.yml', ...args] })
}

/** Figures are told elsewhere: they change with every word that a model is told. */
const TEXT = `fix-and-prove: 5 steps, at least 5 nodes, 4 waves, budget $#
required inputs not given: task

wave 1
  design  kind   agent
          sees   the base
          agent  architect on local/small, 4 turns
          cost   about $#, at most $#

wave 2
  implement  kind    agent
             needs   design
             sees    the base
             agent   developer on route coding: local/big, local/small, 50 turns, 2 attempts
             checks  lint, types, 2 repairs
             cost    about $#, at most $#

wave 3
  test    kind   run
          needs  implement
          nodes  2: test(node=20), test(node=22)
          sees   the base and the changes of implement; the checkout if nothing was changed
  shards  kind   run
          needs  implement
          nodes  not known before the run
          sees   the base and the changes of implement; the checkout if nothing was changed

wave 4
  sign-off  kind   approve
            needs  test
            runs   never: inputs.risk == 'high'

checks
  lint   npx eslint .                        declared
  types  npx --no-install tsc --noEmit -p .  detected in tsconfig.json

prices in USD per million tokens
  local/small  0.5 in, 2 out, 0.5 from the cache, 0.5 into it
  local/big    3 in, 15 out, 0.3 from the cache, 3.75 into it

cost
  at least  $#
  about     $#
  at most   $#  the budget; without it $#

assumed
  at least: each agent node that surely runs makes one call; the dearest is sent only if all that is held for it is left
  at most: every attempt uses all of its max_turns; each turn adds max_output_tokens and 30,000 tokens of tool results or failed checks
  at most: a byte of input counts as a token, a value that only the run will tell as 30,000
  at most: answers that get lost on their way, and are paid and asked for again, come on top
  about: a third of max_turns, 1 turn without tools; each turn answers 500 tokens and adds 1,500 of tool results
  about: a token has 4 bytes, a value that only the run will tell 2,000; what was said before is read from the cache
  about: nothing is tried again, no resolver is asked, unknown conditions hold, an unknown matrix is one node
`

describe('`plan` as text', () => {
  it('tells waves, nodes, what each will see, models, checks, prices and cost, with the inputs at hand', async () => {
    const ended = await plan({ 'p.yml': PIPELINE, 'tsconfig.json': '{}' })
    expect([ended.stdout.replace(/\$[\d.]+/g, '$#'), ended.stderr, ended.code]).toEqual([TEXT, '', 0])
  })

  it('lays out what the given inputs say, takes `--budget-usd`, and refuses inputs that do not fit', async () => {
    const files = { 'p.yml': PIPELINE, 'tsconfig.json': '{}', 'in.yml': 'task: mend\nversions: [18]\n' }
    const given = await plan(files, '--inputs-file', 'in.yml', '-i', 'risk=high', '--budget-usd', '1')
    expect(given.stdout).toContain('fix-and-prove: 5 steps, at least 4 nodes, 4 waves, budget $1.0000\n\nwave 1')
    expect(given.stdout).toContain('          nodes  1: test(node=18)\n')
    expect(given.stdout).toContain('  sign-off  kind   approve\n            needs  test\n\n')
    expect(given.stdout).toContain('  at most   $1.0000  the budget; without it')
    const wrong = await plan(files, '-i', 'risk=middle', '-i', 'tsk=x')
    expect([wrong.code, wrong.stdout]).toEqual([2, ''])
    expect(wrong.stderr).toContain('the pipeline has no input `tsk`, did you mean `task`?')
  })

  it('is short where nothing but scripts run', async () => {
    const ended = await plan({ 'p.yml': 'steps:\n  hello: { run: echo hello }\n' })
    expect(ended.stdout).toBe('p: 1 step, 1 node, 1 wave, no budget\n\nwave 1\n  hello  kind  run\n         sees  the checkout\n\ncost: no model is called\n')
  })

  it('does not show the value of a secret input, nor nodes that are made from it', async () => {
    const text = `
inputs: { list: { type: json, secret: true } }
steps: { a: { run: echo, matrix: { x: "\${{ inputs.list }}" } } }
`
    const ended = await plan({ 'p.yml': text }, '-i', 'list=["canary-5f1e"]', '--format', 'json')
    expect(ended.stdout).not.toContain('canary')
    expect(JSON.parse(ended.stdout)).toMatchObject({ steps: [{ id: 'a', nodes: null }] })
  })
})

describe('`plan --format json`', () => {
  it('has this form', async () => {
    const text = `
providers: { r: { type: openai-compatible, base_url: "http://127.0.0.1:1/v1", prices: { free: free, paid: { input: 1, output: 2 } } } }
agents: { a: { model: r/paid, tools: [files], max_turns: 1, max_output_tokens: 1000, budget_usd: 2 } }
checks: { c: { kind: custom, run: ./c } }
steps:
  m: { run: echo, matrix: { n: [1] }, if: matrix.n == 1 }
  w: { needs: m, agent: a, prompt: hello, verify: [c] }
`
    const { stdout, code } = await plan({ 'p.yml': text }, '--format', 'json')
    const told = JSON.parse(stdout) as { cost: { assumptions: unknown } }
    expect(code).toBe(0)
    expect(told).toEqual({
      version: 1, pipeline: 'p', file: 'p.yml', missing_inputs: [], nodes: 2, waves: [['m'], ['w']],
      steps: [
        {
          id: 'm', kind: 'run', wave: 1, needs: [], if: 'matrix.n == 1', runs: 'surely', nodes: [{ id: 'm(n=1)', matrix: { n: 1 }, runs: 'surely' }],
          sees: { place: 'checkout', changes: [], more: false }, agent: null, calls: null, checks: [], cost: null,
        },
        {
          id: 'w', kind: 'agent', wave: 2, needs: ['m'], if: null, runs: 'surely', nodes: [{ id: 'w', matrix: null, runs: 'surely' }],
          sees: { place: 'worktree', changes: [], more: false },
          agent: {
            name: 'a', wants: null, others: [], race: null, backup: [], route: null, models: ['r/paid'], program: null, servers: [], max_turns: 1, max_output_tokens: 1000, budget_usd: 2, attempts: 1, repair: 0,
          },
          calls: null, checks: ['c'], cost: { expected_usd: expect.any(Number) as number, most_usd: expect.any(Number) as number },
        },
      ],
      checks: [{ name: 'c', file: 'p.yml', run: './c', from: null }],
      prices: [{ model: 'r/paid', file: 'p.yml', price: { input: 1, output: 2, cache_read: 1, cache_write: 1, long: null } }],
      cost: {
        budget_usd: null, least_usd: expect.any(Number) as number, expected_usd: expect.any(Number) as number, most_usd: expect.any(Number) as number,
        most_without_budget_usd: expect.any(Number) as number, unknown: [], assumptions: told.cost.assumptions,
      },
      refusals: [],
    })
  })

  it('is fast and whole for 10,000 nodes', async () => {
    const agent = 'providers: { r: { type: anthropic } }\nagents: { a: { model: r/claude-sonnet-4-5, tools: [files], max_turns: 100000 } }\n'
    const chain = Array.from({ length: 10_000 }, (_, at) => `  s${at}: { agent: a, prompt: 'do ${'x'.repeat(at % 40)}'${at === 0 ? '' : `, needs: s${at - 1}`} }`)
    const { stdout, code, ms } = await plan({ 'p.yml': `${agent}steps:\n${chain.join('\n')}\n` }, '--format', 'json')
    expect([code, (JSON.parse(stdout) as { steps: unknown[] }).steps.length]).toEqual([0, 10_000])
    expect(ms).toBeLessThan(15_000)
  })
})

describe('`plan` as a picture', () => {
  const hostile = `
inputs: { cells: { type: json } }
providers:
  p: { type: openai-compatible, base_url: "http://127.0.0.1:1/v1", prices: { 'x"]<b>\\N&lt;#35;\u202e;end-->': free } }
agents: { end: { model: 'p/x"]<b>\\N&lt;#35;\u202e;end-->', tools: [files] } }
steps:
  end: { agent: end, prompt: hello }
  graph: { run: echo, needs: end, matrix: "\${{ inputs.cells }}" }
  style: { run: echo, needs: [end, graph], if: failure() }
`

  it('is a flowchart of Mermaid that no name can break', async () => {
    const { stdout, code } = await plan({ 'p.yml': hostile }, '--format', 'mermaid', '-i', 'cells={"a\\"]":["x","y"]}')
    expect(code).toBe(0)
    expect(stdout).toBe(`flowchart TD
  s0["end<br/>agent end<br/>p/x#34;#93;#60;b#62;#92;N#38;lt#59;#35;35#59;#92;u#123;202e#125;#59;end--#62;"]
  s1["graph × 2<br/>run"]
  s2["style<br/>run<br/>after a failure"]
  s0 --> s1
  s0 -.-> s2
  s1 -.-> s2
`)
  })

  it('is a graph of Graphviz that no name can break', async () => {
    const { stdout, code } = await plan({ 'p.yml': hostile }, '--format', 'dot', '-i', 'cells={"a":["x","y"]}')
    expect(code).toBe(0)
    expect(stdout).toBe(String.raw`digraph plan {
  node [shape=box]
  s0 [label="end\nagent end\np/x\"]<b>\\N&amp;lt;#35;\\u{202e};end-->"]
  s1 [label="graph × 2\nrun"]
  s2 [label="style\nrun\nafter a failure"]
  s0 -> s1
  s0 -> s2 [style=dashed]
  s1 -> s2 [style=dashed]
}
`)
  })
})

describe('`plan` refuses with 2, after it was shown,', () => {
  it('a budget below the least possible cost, and names both figures', async () => {
    const ended = await plan({ 'p.yml': PIPELINE, 'tsconfig.json': '{}' }, '--budget-usd', '0.01')
    expect([ended.code, ended.stdout.split('\n')[0]]).toEqual([2, 'fix-and-prove: 5 steps, at least 5 nodes, 4 waves, budget $0.0100'])
    const { stdout } = await plan({ 'p.yml': PIPELINE, 'tsconfig.json': '{}' }, '--format', 'json')
    const least = (JSON.parse(stdout) as { cost: { least_usd: number } }).cost.least_usd
    expect(least).toBeGreaterThan(0.01)
    expect(ended.stderr).toBe(`error: the least possible cost, $${least}, is above the budget of $0.01\n  help: give it more by \`limits.budget_usd\` or \`--budget-usd\`, or lower \`max_output_tokens\`, which is held for every call\n`)
  })

  it('a check that is neither declared nor detected, and a model without a price', async () => {
    const text = `
providers: { r: { type: openai-compatible, base_url: "http://127.0.0.1:1/v1" } }
agents: { a: { model: r/unheard-of } }
steps: { w: { agent: a, prompt: hello, verify: [types] } }
`
    const ended = await plan({ 'p.yml': text })
    expect(ended.code).toBe(2)
    expect(ended.stdout).toContain('  types  not found  neither declared nor detected\n')
    expect(ended.stdout).toContain('  r/unheard-of  not known\n\ncost\n  not known  of w\n')
    expect(ended.stderr.match(/^error: .*$/gm)).toEqual([
      'error: the check `types` is neither declared nor detected in this project',
      'error: the price of `r/unheard-of` is not known, so its cost could not be bounded',
    ])
  })

  it('the same in a pipeline that it calls', async () => {
    const child = 'providers: { r: { type: anthropic } }\nagents: { a: { model: r/unheard-of } }\nsteps: { w: { agent: a, prompt: hello, verify: [types] } }\n'
    const ended = await plan({ 'p.yml': 'steps: { c: { pipeline: child.yml } }\n', 'child.yml': child })
    expect([ended.code, ended.stderr.match(/^error: /gm)?.length]).toEqual([2, 2])
    expect(ended.stdout).toContain('  c  kind   pipeline\n     sees   the checkout\n     calls  child.yml\n')
    expect(ended.stdout).toContain('\ncost\n  not known  of c\n')
  })

  it('inputs that make more than 10,000 nodes', async () => {
    const text = 'inputs: { n: { type: json } }\nsteps: { m: { run: echo, matrix: { a: "${{ inputs.n }}", b: "${{ inputs.n }}" } } }\n'
    const ended = await plan({ 'p.yml': text }, '-i', `n=${JSON.stringify(Array.from({ length: 101 }, (_, at) => at))}`)
    expect([ended.code, ended.stderr]).toEqual([2, 'error: the matrix of step `m` cannot be laid out with these inputs: the matrix has more than 10,000 cells\n'])
  })
})

describe('`plan` and the run', () => {
  const script = (): SimAnswer => ({ text: 'It is done.', usage: { input: 900, output: 40 } })
  const pipeline = (base: string): string => `
inputs: { task: { type: string, required: true } }
providers: { sim: { type: anthropic, base_url: "${base}", api_key_env: SIM_KEY, prices: { model-a: { input: 3, output: 15, cache_read: 0.3, cache_write: 3.75 } } } }
agents: { developer: { model: sim/model-a, instructions: You fix bugs., tools: [files], max_turns: 3 } }
steps:
  fix: { agent: developer, prompt: "Mend \${{ inputs.task }}", outputs: { why: { type: string } } }
`

  it('calls nothing and writes nothing', async () => {
    const simulator = await startSimulator({ answer: script })
    const folder = repositoryWith({ 'p.yml': pipeline(simulator.baseUrl.messages) })
    const before = readdirSync(folder, { recursive: true })
    const ended = await orchRun({ cwd: folder, args: ['plan', 'p.yml', '-i', 'task=it'] })
    await simulator.close()
    expect([ended.code, ended.stderr, simulator.log.length]).toEqual([0, '', 0])
    expect(readdirSync(folder, { recursive: true })).toEqual(before)
  })

  it('agree: what the plan calls the least is just enough for the first call to be sent, and one pico-dollar less is not', async () => {
    const simulator = await startSimulator({ answer: script, count: () => undefined }) // A plan asks nobody to count tokens.
    const folder = repositoryWith({ 'p.yml': pipeline(simulator.baseUrl.messages) })
    const given = ['-i', 'task=it']
    const planned = await orchRun({ cwd: folder, args: ['plan', 'p.yml', '--format', 'json', ...given] })
    const { least_usd: least, most_usd: most } = (JSON.parse(planned.stdout) as { cost: { least_usd: number; most_usd: number } }).cost
    const below = (least - 1e-12).toFixed(12)
    expect((await orchRun({ cwd: folder, args: ['plan', 'p.yml', '--budget-usd', below, ...given] })).code).toBe(2)
    const stopped = await runFor(3, folder, ['p.yml', '--budget-usd', below, ...given], { env: { SIM_KEY: 'canary-key-1' } })
    expect([stopped.report.totals.requests, simulator.log.length]).toEqual([0, 0])
    expect((await orchRun({ cwd: folder, args: ['plan', 'p.yml', '--budget-usd', least.toFixed(12), ...given] })).code).toBe(0)
    const just = await orchRun({ cwd: folder, args: ['p.yml', '--budget-usd', least.toFixed(12), '--json', ...given], env: { SIM_KEY: 'canary-key-1' } })
    expect([simulator.log.length, (JSON.parse(just.stdout) as { totals: { cost_usd: number } }).totals.cost_usd <= least]).toEqual([3, true])
    // It never hands in its outputs, so that all of its turns are used.
    const whole = await runFor(1, folder, ['p.yml', ...given], { env: { SIM_KEY: 'canary-key-1' } })
    await simulator.close()
    expect(whole.report.totals.requests).toBe(3)
    expect(whole.report.totals.cost_usd).toBeLessThanOrEqual(most)
  })
})
