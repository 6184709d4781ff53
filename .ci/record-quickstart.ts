// Records the quickstart anew: the real pipeline, tools, worktree and checks against a loopback server whose answers are written below.
import { spawn } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startSimulator } from '../test/simulator/simulator.ts'
import type { SimReply } from '../test/simulator/answer.ts'

const root = join(import.meta.dirname, '..')
const folder = join(root, 'examples/quickstart')
const INVOICE = 'examples/quickstart/src/invoice.ts'

const OLD = `  const discount = discounts.find((candidate) => line.quantity > candidate.from)
  return discount === undefined ? full : full - (full * discount.percent) / 100`
const HALF_RIGHT = `  const reached = discounts.filter((candidate) => line.quantity >= candidate.from)
  const percent = Math.max(0, ...reached.map((discount) => discount.percent))
  return full - (full * percent) / 100`

/** What the model says, turn by turn. */
const ANSWERS: readonly SimReply[] = [
  {
    text: 'I read the code and its tests before I change anything.',
    calls: [
      { name: 'read_file', input: { path: INVOICE } },
      { name: 'read_file', input: { path: 'examples/quickstart/test/invoice.test.ts' } },
    ],
    usage: { input: 1240, output: 118 },
  },
  {
    text: 'A discount starts above its quantity instead of at it, and the first one that fits is taken instead of the best one. I mend both.',
    calls: [{ name: 'edit_file', input: { path: INVOICE, old_text: OLD, new_text: HALF_RIGHT } }],
    usage: { input: 980, output: 236, cacheRead: 1240, cacheWrite: 0 },
  },
  {
    text: 'Both mistakes are mended: discounts begin at their quantity, and the best one that is reached counts.',
    usage: { input: 310, output: 41, cacheRead: 2220, cacheWrite: 0 },
  },
  {
    text: 'The total of an odd line is no whole number of cents: a discounted line must be rounded.',
    calls: [{ name: 'edit_file', input: { path: INVOICE, old_text: '  return full - (full * percent) / 100', new_text: '  return Math.round(full - (full * percent) / 100)' } }],
    usage: { input: 640, output: 122, cacheRead: 2530, cacheWrite: 0 },
  },
  {
    text: 'Discounted lines are rounded to whole cents now. All three mistakes are mended in src/invoice.ts.',
    usage: { input: 290, output: 38, cacheRead: 3170, cacheWrite: 0 },
  },
]

const simulator = await startSimulator({ answer: (request) => ANSWERS[request.answers] ?? { text: 'I have nothing to add.' } })
const provider = `recorded: { type: anthropic, base_url: "${simulator.baseUrl.messages}", api_key_env: QUICKSTART_KEY }`
const text = readFileSync(join(folder, 'pipeline.yml'), 'utf8').replace('recorded: { type: replay, recording: ./recording }', provider)
const copy = join(folder, 'pipeline.recording.yml')
rmSync(join(folder, 'recording'), { recursive: true, force: true })
writeFileSync(copy, text)
try {
  const child = spawn(process.execPath, [join(root, 'dist/orch-run.js'), 'examples/quickstart/pipeline.recording.yml', '--record', 'examples/quickstart/recording'], {
    cwd: root, stdio: 'inherit', env: { ...process.env, QUICKSTART_KEY: 'no-real-key' },
  })
  process.exitCode = await new Promise<number>((resolve) => child.on('close', (code) => resolve(code ?? 1)))
} finally {
  rmSync(copy)
  await simulator.close()
}
