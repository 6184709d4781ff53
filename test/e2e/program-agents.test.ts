import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { git, folderWith, orchRun, removeFolders, repositoryWith } from '../rig/program.ts'
import { failures, outputsOf, runFor } from '../rig/report.ts'
import { startSimulator } from '../simulator/simulator.ts'

afterAll(removeFolders)

const KEY = 'canary-key-of-the-provider-9107'
const node = join(import.meta.dirname, '../../node_modules/.bin/node')

/** Asks its model once, appends a line to b.txt, and prints what Claude Code prints. `FAKE_INPUT` is what it says that it used. */
const CLAUDE = `#!${node}
if (process.argv.includes('--version')) { console.log('9.8.7 (Claude Code)'); process.exit() }
const { appendFileSync, readFileSync } = require('node:fs')
const prompt = readFileSync(0, 'utf8')
const resumed = process.argv.includes('--resume')
const say = (event) => console.log(JSON.stringify({ session_id: 's1', ...event }))
fetch(process.env.ANTHROPIC_BASE_URL + '/v1/messages', {
  method: 'POST', headers: { 'x-api-key': process.env.ANTHROPIC_API_KEY, 'content-type': 'application/json' },
  body: JSON.stringify({ model: 'whatever', max_tokens: 100, stream: true, messages: [{ role: 'user', content: prompt }] }),
}).then(async (response) => {
  await response.text()
  if (response.status === 402) return setInterval(() => {}, 1000)
  appendFileSync('b.txt', resumed ? 'repaired\\n' : 'first\\n')
  say({ type: 'assistant', message: { content: [{ type: 'text', text: 'done' }] } })
  say({ type: 'result', subtype: 'success', is_error: false, result: 'done', num_turns: 1, structured_output: resumed ? { answer: 42 } : { answer: 'no number' },
    modelUsage: { m: { inputTokens: Number(process.env.FAKE_INPUT ?? 20) * (resumed ? 2 : 1), outputTokens: resumed ? 10 : 5 } } })
})
`

async function scene(steps: string, more = '', env: Readonly<Record<string, string>> = {}) {
  const simulator = await startSimulator({ answer: () => ({ text: 'Go on.', usage: { input: 20, output: 5 } }) })
  const programs = folderWith({ claude: CLAUDE })
  // Whoever works in the sandbox is another user.
  for (const path of [programs, join(programs, 'claude')]) chmodSync(path, 0o755)
  const folder = repositoryWith({ 'p.yml': `
providers: { sim: { type: anthropic, base_url: "${simulator.baseUrl.messages}", api_key_env: SIM_KEY, prices: { m: { input: 3, output: 15 } } } }
agents: { dev: { executor: claude-code, model: sim/m, env: { FAKE_INPUT: "${env.FAKE_INPUT ?? '20'}" } } }
checks: { repaired: { kind: custom, run: grep -q repaired b.txt } }
${more}
steps: ${steps}
` })
  return { simulator, folder, start: { env: { SIM_KEY: KEY, PATH: `${programs}:${join(import.meta.dirname, '../../node_modules/.bin')}:${process.env.PATH ?? ''}` } } }
}

describe('an agent that is a program', () => {
  it('works, goes on with its session for a repair, and is counted by the proxy and named in the report', async () => {
    const { simulator, folder, start } = await scene('{ work: { agent: dev, prompt: Write b.txt., verify: [repaired], repair: 1 } }')
    const { report } = await runFor(0, folder, ['p.yml'], start)
    await simulator.close()
    expect(report.steps[0]).toMatchObject({ status: 'passed', files_changed: ['b.txt'], model: 'sim/m', program: { name: 'claude-code', version: '9.8.7', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) } })
    expect(git(folder, 'show', `${report.steps[0]?.commit}:b.txt`)).toBe('first\nrepaired\n')
    expect(report.totals).toMatchObject({ requests: 2, input_tokens: 40, output_tokens: 10, cost_usd: (40 * 3 + 10 * 15) / 1e6 })
    expect([simulator.log.map(({ request }) => [request.model, request.headers['x-api-key']]), report.exceptions]).toEqual([[['m', KEY], ['m', KEY]], []])
  })

  it('is sent back with outputs that do not fit their schema, and told of where it counts otherwise', async () => {
    const { simulator, folder, start } = await scene('{ work: { agent: dev, prompt: Answer., outputs: { answer: { type: number } } } }', '', { FAKE_INPUT: '7' })
    const { report } = await runFor(0, folder, ['p.yml'], start)
    await simulator.close()
    expect(outputsOf(report).work).toEqual({ answer: 42, text: 'done' })
    expect(simulator.log[1]?.request.task).toMatch(/the outputs do not fit their schema/)
    expect(report.exceptions.map(({ code, message }) => [code, message])).toEqual([
      ['usage-differs', 'the program says that it used 7 tokens of input and 5 of output; 20 and 5 were counted, and charged'],
    ])
  })

  it('is stopped with all that it started when the budget has no room, also if it would wait for ever', async () => {
    const { simulator, folder, start } = await scene('{ work: { agent: dev, prompt: Write b.txt. } }', 'limits: { budget_usd: 0.001 }')
    const { report, ended } = await runFor(3, folder, ['p.yml'], start)
    await simulator.close()
    expect([failures(report).work?.replace(/\$[\d.]+/g, '$'), simulator.log.length]).toEqual(['budget-exceeded: a call that may cost $ does not fit into the budget of the run: $ of $ are spent', 0])
    expect(ended.ms).toBeLessThan(30_000)
  })

  it('that is missing, or would be recorded, is told of before the first step', async () => {
    const { simulator, folder, start } = await scene('{ first: { run: touch ran }, work: { agent: dev, prompt: Write b.txt. } }')
    await simulator.close()
    const missing = await orchRun({ cwd: folder, args: ['p.yml'], env: { ...start.env, PATH: '/usr/bin:/bin' } })
    expect([missing.code, missing.stderr]).toEqual([4, 'error: the program `claude` of the agent `dev` is not on the PATH\n  help: install it: npm install --global @anthropic-ai/claude-code\n'])
    const recorded = await orchRun({ cwd: folder, args: ['p.yml', '--record', 'tape'], ...start })
    expect([recorded.code, recorded.stderr]).toEqual([2, 'error: the agent `dev` runs `claude-code`, and what a program does can be neither recorded nor replayed\n  help: leave `--record` out, or give the agent `executor: llm`\n'])
  })
})
