import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { orchRun, removeFolders, repositoryWith } from '../rig/program.ts'
import type { SimAnswer } from '../simulator/answer.ts'
import { startSimulator } from '../simulator/simulator.ts'
import type { Simulator } from '../simulator/simulator.ts'

afterAll(removeFolders)

const KEY = { SIM_KEY: 'key-of-the-simulator' }
const fine: SimAnswer = { text: 'done', usage: { input: 10, output: 50 } }

describe('a call whose bytes do not fit into its budget', () => {
  /** Four dollars for a million tokens of input, nothing for output, so that only the input is weighed. */
  const pipeline = (simulator: Simulator, budget: number, type = 'anthropic', url = simulator.baseUrl.messages): string => `
providers: { sim: { type: ${type}, base_url: "${url}", api_key_env: SIM_KEY, prices: { m: { input: 4, output: 0 } } } }
limits: { budget_usd: ${budget} }
agents: { dev: { model: sim/m, max_output_tokens: 100, instructions: Work., tools: [files] } }
steps:
  fix: { agent: dev, prompt: Read it. }
`
  const holdsOf = (folder: string): readonly number[] => {
    const [run = ''] = readdirSync(join(folder, '.orch-run/runs'))
    const lines = readFileSync(join(folder, '.orch-run/runs', run, 'journal.ndjson'), 'utf8').trim().split('\n')
    return lines.flatMap((line) => {
      const event = JSON.parse(line) as { type: string; hold?: string }
      return event.type === 'call-reserved' ? [Number(event.hold) / 4e6] : []
    })
  }

  it('is held by what its provider counts, which costs one more request and nothing else', async () => {
    const simulator = await startSimulator({ answer: () => ({ text: 'done', usage: { input: 2_500, output: 5 } }) })
    const folder = repositoryWith({ 'p.yml': pipeline(simulator, 0.03).replace('Read it.', 'word '.repeat(2_000)) })
    const ended = await orchRun({ cwd: folder, args: ['p.yml', '--json'], env: KEY })
    await simulator.close()
    expect(ended.code, ended.stderr).toBe(0)
    expect([simulator.counted.length, simulator.log.length, (JSON.parse(ended.stdout) as { totals: object }).totals]).toMatchObject([1, 1, { requests: 1, cost_usd: 0.01 }])
    const [hold = 0] = holdsOf(folder)
    expect([hold > 2_500, hold < 7_500]).toEqual([true, true])
  })

  it('is held by what was counted of its beginning from the second turn on, so that a long conversation does not need its bytes', async () => {
    const note = 'words and words '.repeat(1_500)
    const turns: SimAnswer[] = [
      { calls: [{ name: 'read_file', input: { path: 'note.txt' } }], usage: { input: 4_000, output: 5 } },
      { calls: [{ name: 'read_file', input: { path: 'note.txt', start_line: 1, end_line: 1 } }], usage: { input: 11_000, output: 5 } },
      { text: 'done', usage: { input: 18_000, output: 5 } },
    ]
    const simulator = await startSimulator({ answer: ({ answers }) => turns[answers] ?? fine })
    const folder = repositoryWith({ 'note.txt': note, 'p.yml': pipeline(simulator, 5, 'openai-compatible', simulator.baseUrl.chat) })
    const ended = await orchRun({ cwd: folder, args: ['p.yml', '--json'], env: KEY })
    await simulator.close()
    expect(ended.code, ended.stderr).toBe(0)
    const [first = 0, second = 0, third = 0] = holdsOf(folder)
    // The first by its bytes; then what was counted, and the bytes of one reading of the note with what is written around it.
    expect(first).toBeGreaterThan(4_000)
    for (const [hold, counted] of [[second, 4_000], [third, 11_000]] as const) {
      expect(hold - counted).toBeGreaterThan(note.length)
      expect(hold - counted).toBeLessThan(note.length * 1.1)
    }
  })
})
