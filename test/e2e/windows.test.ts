import { afterAll, expect, it } from 'vitest'
import { orchRun, removeFolders, repositoryWith } from '../rig/program.ts'
import { startSimulator } from '../simulator/simulator.ts'

afterAll(removeFolders)

it('a model whose window is too small for what is asked is left out before anything is sent', async () => {
  const simulator = await startSimulator({ answer: ({ model }) => ({ text: model, usage: { input: 100, output: 10 } }) })
  const cwd = repositoryWith({
    'long.txt': `${'word '.repeat(199)}\n`.repeat(800),
    'p.yml': `
providers: { sim: { type: openai, base_url: "${simulator.baseUrl.responses}", api_key_env: KEY } }
routes: { r: { models: [sim/gpt-4o, sim/gpt-4.1] } }
agents: { dev: { route: r, instructions: Work. } }
steps:
  read: { run: 'printf "v<<END\\n%s\\nEND\\n" "$(cat long.txt)" >> "$ORCH_OUTPUT"' }
  long: { agent: dev, needs: read, prompt: '\${{ steps.read.outputs.v }}' }
  short: { agent: dev, needs: long, prompt: Say something. }
`,
  })
  const ended = await orchRun({ cwd, args: ['p.yml', '--json'], env: { KEY: 'canary-key-of-the-simulator' } })
  await simulator.close()
  expect(ended.code, ended.stderr).toBe(0)
  const { routes } = JSON.parse(ended.stdout) as { routes: { step: string; chosen: string; excluded: unknown }[] }
  expect(routes).toMatchObject([
    { step: 'long', chosen: 'sim/gpt-4.1', excluded: [{ model: 'sim/gpt-4o', because: 'context-window' }] },
    { step: 'short', chosen: 'sim/gpt-4o', excluded: [] },
  ])
  expect(simulator.log.map(({ request }) => request.model)).toEqual(['gpt-4.1', 'gpt-4o'])
})

it('a conversation stays under the window that is known of its model, though its author bounds nothing', async () => {
  const read = { calls: [{ name: 'read_file', input: { path: 'note.txt' } }] }
  const simulator = await startSimulator({
    answer: ({ answers }) => ({ ...(answers < 6 ? read : { text: 'done' }), usage: { input: answers < 5 ? 1_000 : 110_000, output: 10 } }),
  })
  const cwd = repositoryWith({
    'note.txt': 'words and words\n'.repeat(200),
    'p.yml': `
providers: { sim: { type: openai, base_url: "${simulator.baseUrl.responses}", api_key_env: KEY } }
agents: { dev: { model: sim/gpt-4o, instructions: Work., tools: [files] } }
steps:
  fix: { agent: dev, prompt: Read it. }
`,
  })
  const ended = await orchRun({ cwd, args: ['p.yml', '--json'], env: { KEY: 'canary-key-of-the-simulator' } })
  await simulator.close()
  expect(ended.code, ended.stderr).toBe(0)
  const shortened = simulator.log.map(({ request }) => request.turns.flatMap((turn) => (turn.role === 'tool' ? [turn.output.includes('[shortened later')] : [])))
  expect(shortened.slice(0, 6).flat()).not.toContain(true)
  expect(shortened[6]).toEqual([true, true, false, false, false, false])
})
