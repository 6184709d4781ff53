import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { pipeAt } from '../rig/processes.ts'
import { folderWith, removeFolders, repositoryWith } from '../rig/program.ts'
import { runFor, statuses } from '../rig/report.ts'
import { startSimulator } from '../simulator/simulator.ts'

afterAll(removeFolders)

/** What a run tells of whose agent `work` performs one command in a shell; `steps` are the others. Before it answers, the model does `first`. */
async function exceptionsOf(command: (checkout: string) => string, steps: string, needs = '', first = async (): Promise<void> => {}): Promise<unknown> {
  const simulator = await startSimulator({
    answer: async ({ answers }) => {
      if (answers > 0) return { text: 'done' }
      await first()
      return { calls: [{ name: 'execute_command', input: { command: command(folder) } }] }
    },
  })
  const folder: string = repositoryWith({
    'a.txt': 'a\n',
    'p.yml': `
providers: { sim: { type: anthropic, base_url: ${simulator.baseUrl.messages}, api_key_env: SIM_KEY, prices: { m: { input: 3, output: 15 } } } }
agents: { a: { model: sim/m, tools: [shell], permissions: full, sandbox: off } }
limits: { concurrency: 2 }
steps:
  work: { agent: a, prompt: Work., needs: [${needs}] }
  build: ${steps}
`,
  })
  const { report } = await runFor(0, folder, ['p.yml'], { env: { SIM_KEY: 'canary-key-7316' } })
  await simulator.close()
  expect(statuses(report)).toEqual({ work: 'passed', build: 'passed' })
  return report.exceptions.map(({ severity, step, code, message }) => [severity, step, code, message])
}

/** A step in the checkout that writes a file there once the agent is at work, and is at work itself when the agent goes on. */
function beside(): { readonly steps: string; readonly go: () => Promise<void> } {
  const signs = folderWith({})
  const [begin, begun] = [pipeAt(join(signs, 'begin')), pipeAt(join(signs, 'begun'))]
  return {
    steps: `{ run: "read -r _ < '${begin.path}'; echo built > out.txt; echo yes > '${begun.path}'" }`,
    go: async () => {
      begin.tell('now\n')
      await begun.said()
    },
  }
}

describe('a step that works in the checkout while an agent works beside it', () => {
  it('is not taken for the agent', async () => {
    const { steps, go } = beside()
    expect(await exceptionsOf(() => 'true', steps, '', go)).toEqual([])
  })

  it('does not hide what the agent does to branches and tags', async () => {
    const { steps, go } = beside()
    expect(await exceptionsOf((checkout) => `git --git-dir='${checkout}/.git' tag stray`, steps, '', go)).toEqual([
      ['error', 'work', 'wrote-outside', 'ref `refs/tags/stray` was created while another step worked in the checkout'],
    ])
  })

  it('hides nothing once it has ended: a file that the agent writes there is told of', async () => {
    expect(await exceptionsOf((checkout) => `echo stray > '${checkout}/a.txt'`, '{ run: echo built > out.txt }', 'build')).toEqual([
      ['error', 'work', 'wrote-outside', '`a.txt` in the checkout was changed'],
    ])
  })
})
