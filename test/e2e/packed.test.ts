import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packageInstalled } from '../rig/package.ts'
import { removeFolders, repositoryWith, smallEnv } from '../rig/program.ts'
import type { SimAnswer } from '../simulator/answer.ts'
import { startSimulator } from '../simulator/simulator.ts'

afterAll(removeFolders)

const WELL: SimAnswer = { text: 'all of it', usage: { input: 10, output: 5 } }
const FAULTS: readonly (readonly [string, SimAnswer])[] = [
  ['an overloaded provider', { status: 503, body: { error: { type: 'overloaded_error', code: 'overloaded_error', message: 'down' } } }],
  ['a connection that breaks', { ...WELL, fault: { kind: 'reset' } }],
  ['a stream that is cut', { ...WELL, fault: { kind: 'cut', after: 2 } }],
  ['a stream that ends too soon', { ...WELL, fault: { kind: 'end', after: 2 } }],
  ['an error within a stream', { ...WELL, fault: { kind: 'error-event', after: 2, code: 'overloaded_error', message: 'down' } }],
]

let installed = ''

beforeAll(() => {
  installed = join(packageInstalled(), 'node_modules/.bin/orch-run')
}, 120_000)

async function run(cwd: string): Promise<{ readonly code: number | null; readonly stdout: string }> {
  const child = spawn(installed, ['p.yml', '--json'], { cwd, env: smallEnv(cwd, { SIM_KEY: 'key-of-the-simulator' }), stdio: ['ignore', 'pipe', 'ignore'] })
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return { code, stdout: Buffer.concat(chunks).toString('utf8') }
}

describe('the package as it is installed', () => {
  it.each(FAULTS)('goes on with the next model after %s, over each protocol', async (_name, broken) => {
    const simulator = await startSimulator({ answer: ({ model }) => (model === 'broken' ? broken : WELL) })
    const kinds = [['a', 'anthropic', simulator.baseUrl.messages], ['o', 'openai', simulator.baseUrl.responses], ['c', 'openai-compatible', simulator.baseUrl.chat]] as const
    const lines = (each: (kind: (typeof kinds)[number]) => string): string => kinds.map((kind) => `  ${each(kind)}\n`).join('')
    const folder = repositoryWith({
      'p.yml': `providers:\n${lines(([name, type, url]) => `${name}: { type: ${type}, base_url: "${url}", api_key_env: SIM_KEY, prices: { broken: free, sound: free } }`)}` +
        `routes:\n${lines(([name]) => `r${name}: { models: [${name}/broken, ${name}/sound], retry: { backoff: 1ms, max_delay: 1ms } }`)}` +
        `agents:\n${lines(([name]) => `w${name}: { route: r${name}, instructions: Work. }`)}` +
        `steps:\n${lines(([name]) => `s${name}: { agent: w${name}, prompt: Say it. }`)}`,
    })
    const ended = await run(folder)
    await simulator.close()
    expect(ended.code).toBe(0)
    const { steps, routes } = JSON.parse(ended.stdout) as { steps: { outputs: { text: string } }[]; routes: { chosen: string }[] }
    expect(steps.map(({ outputs }) => outputs.text)).toEqual(['all of it', 'all of it', 'all of it'])
    expect(routes.map(({ chosen }) => chosen).sort()).toEqual(['a/sound', 'c/sound', 'o/sound'])
  })
})
