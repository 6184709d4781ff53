import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { living, pidsIn } from '../rig/processes.ts'
import { orchRun, removeFolders } from '../rig/program.ts'
import { failures, runFor } from '../rig/report.ts'
import { SCENE_ENV, sceneOf } from '../rig/scene.ts'
import type { SimAnswer, SimRequest } from '../simulator/answer.ts'

afterAll(removeFolders)

const env = SCENE_ENV
const results = (request: SimRequest | undefined): string[] => request?.turns.flatMap((turn) => (turn.role === 'tool' ? [turn.output] : [])) ?? []

/** Makes these calls, one reply for each, and is done. */
function calling(...calls: readonly { readonly name: string; readonly input: Readonly<Record<string, unknown>> }[]): (request: SimRequest) => SimAnswer {
  return ({ answers }) => (calls[answers] ? { calls: [calls[answers]] } : { text: 'done' })
}

/** A server of a few lines that does what the real ones do not: it dies, says nothing, or offers odd tools. */
const ODD = String.raw`
import { appendFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
const tools = JSON.parse(process.env.TOOLS ?? '[{"name":"die"},{"name":"look","annotations":{"readOnlyHint":true}}]')
let calls = 0
console.log('Welcome!')
if (process.env.GONE) { console.error('no such database: ' + process.env.GONE); process.exit(3) }
for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, params } = JSON.parse(line)
  const say = (result) => console.log(JSON.stringify({ jsonrpc: '2.0', id, result }))
  if (method === 'initialize') say({ protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'odd', version: '1' } })
  else if (method === 'tools/list') say({ tools: tools.map((tool) => ({ inputSchema: { type: 'object' }, ...tool })) })
  else if (method === 'ping') say({})
  else if (method === 'tools/call') {
    calls += 1
    if (params.name === 'die' || (params.name === 'look' && params.arguments.die && params.arguments.die === process.env.LIFE)) process.exit(1)
    say({ content: [{ type: 'text', text: 'call ' + calls }] })
  }
}
`

describe('a tool server', () => {
  it('is started in the worktree, tells its tools to the model, and answers it; its errors reach the model and nobody else', async () => {
    const { folder, simulator } = await sceneOf(`
mcp: { docs: { command: [mcp-server-filesystem, .] } }
agents: { a: { model: sim/m, tools: [mcp.docs.read_text_file, mcp.docs.write_file] } }
steps: { work: { agent: a, prompt: Work. } }
`, calling(
      { name: 'docs__read_text_file', input: { path: 'a.txt' } }, { name: 'docs__read_text_file', input: { path: '/etc/hostname' } },
      { name: 'docs__write_file', input: { path: 'b.txt', content: 'b\n' } }, { name: 'docs__move_file', input: {} },
    ))
    const { report, ended } = await runFor(0, folder, ['p.yml'], { env })
    await simulator.close()
    expect(simulator.log[0]?.request.tools).toEqual(['docs__read_text_file', 'docs__write_file'])
    const told = results(simulator.log.at(-1)?.request)
    expect(told[0]).toBe('a\n')
    expect(told[1]).toMatch(/^Access denied - path outside allowed directories: \/etc\/hostname not in /)
    expect(told[3]).toBe('there is no tool `docs__move_file`; the tools are `docs__read_text_file`, `docs__write_file`')
    expect(report.steps[0]?.files_changed).toEqual(['b.txt'])
    expect(ended.stdout + ended.stderr).not.toContain('Access denied')
  })

  it('keeps what it knows between calls, and through repairs', async () => {
    const entity = { name: 'login', entityType: 'module', observations: ['dates are local'] }
    const { folder, simulator } = await sceneOf(`
mcp: { notes: { command: [mcp-server-memory], env: { MEMORY_FILE_PATH: /tmp/notes.json } } }
agents: { a: { model: sim/m, tools: [mcp.notes, files], permissions: full } }
checks: { there: { run: test -f b.txt } }
steps: { work: { agent: a, prompt: Work., verify: there, repair: 1 } }
`, ({ answers }) => {
      if (answers === 0) return { calls: [{ name: 'notes__create_entities', input: { entities: [entity] } }] }
      if (answers === 2) return { calls: [{ name: 'notes__search_nodes', input: { query: 'login' } }, { name: 'write_file', input: { path: 'b.txt', content: '' } }] }
      return { text: 'done' }
    })
    const { report } = await runFor(0, folder, ['p.yml'], { env })
    await simulator.close()
    expect(JSON.parse(results(simulator.log.at(-1)?.request)[1] ?? '')).toEqual({ entities: [entity], relations: [] })
    expect(report.agents.a?.tools).toMatchObject({ notes__create_entities: { calls: 1, errors: 0 }, notes__search_nodes: { calls: 1, errors: 0 } })
  })

  it('sees no key, and what its `env` says', async () => {
    const { folder, simulator } = await sceneOf(`
env: { SHARED: shared }
mcp: { all: { command: [mcp-server-everything], env: { OWN: 'own \${{ env.SHARED }}' } } }
agents: { a: { model: sim/m, tools: [mcp.all.get-env], env: { AGENT: agent } } }
steps: { work: { agent: a, prompt: Work. } }
`, calling({ name: 'all__get-env', input: {} }))
    await runFor(0, folder, ['p.yml'], { env: { ...env, GITHUB_TOKEN: 'canary-token-99881' } })
    await simulator.close()
    const told = results(simulator.log.at(-1)?.request)[0] ?? ''
    expect(JSON.parse(told)).toMatchObject({ OWN: 'own shared', AGENT: 'agent', ORCH_STEP: 'work' })
    expect(told).not.toMatch(/canary|SIM_KEY|GITHUB_TOKEN/)
  })

  it('gives a reader only the tools that it says only read', async () => {
    const { folder, simulator } = await sceneOf(`
mcp: { notes: { command: [mcp-server-memory], env: { MEMORY_FILE_PATH: /tmp/notes.json } } }
agents: { a: { model: sim/m, tools: [mcp.notes], permissions: read-only } }
steps: { work: { agent: a, prompt: Work. } }
`, calling({ name: 'notes__delete_entities', input: { entityNames: ['x'] } }, { name: 'notes__read_graph', input: {} }))
    await runFor(0, folder, ['p.yml'], { env })
    await simulator.close()
    expect(simulator.log[0]?.request.tools).toEqual(['notes__read_graph', 'notes__search_nodes', 'notes__open_nodes'])
    expect(results(simulator.log.at(-1)?.request)[0]).toBe('the tool `notes__delete_entities` cannot be used: this agent may only read, and its server does not say that the tool only reads')
  })

  it('is started again once when it ends in the middle, and a call that only reads is made again', async () => {
    const { folder, simulator } = await sceneOf(`
mcp: { odd: { command: [node, odd.mjs] } }
agents: { a: { model: sim/m, tools: [mcp.odd] } }
steps: { work: { agent: a, prompt: Work. } }
`, calling(...['look', 'look', 'die', 'look', 'die', 'look'].map((name) => ({ name: `odd__${name}`, input: {} }))), { 'odd.mjs': ODD })
    const { report } = await runFor(0, folder, ['p.yml'], { env })
    await simulator.close()
    const over = 'the server ended; whether the call had an effect is not known'
    const given = 'the server `odd` has ended again, and is not started any more'
    expect(results(simulator.log.at(-1)?.request)).toEqual(['call 1', 'call 2', over, 'call 1', over, given])
    expect(report.agents.a?.tools).toMatchObject({ odd__die: { calls: 2, errors: 2 }, odd__look: { calls: 4, errors: 1 } })
  })

  it('that ends in the middle of a call is started again without a word', async () => {
    const { folder, simulator } = await sceneOf(`
mcp: { odd: { command: [bash, -c, 'echo $$ >> pids; exec env LIFE=$(wc -l < pids) node odd.mjs'] } }
agents: { a: { model: sim/m, tools: [mcp.odd] } }
steps: { work: { agent: a, prompt: Work. } }
`, calling({ name: 'odd__look', input: {} }, { name: 'odd__look', input: { die: '1' } }, { name: 'odd__look', input: {} }), { 'odd.mjs': ODD, '.gitignore': 'pids\n' })
    await runFor(0, folder, ['p.yml'], { env })
    await simulator.close()
    expect(results(simulator.log.at(-1)?.request)).toEqual(['call 1', 'call 1', 'call 2'])
  })

  it('ends with its conversation, and all that it has started with it', async () => {
    const { folder, simulator } = await sceneOf(`
mcp: { odd: { command: [bash, -c, 'sleep 1000 & printf "%s\\n" $$ $! > "$PIDS"; exec node odd.mjs'], env: { PIDS: '\${{ env.PIDS }}' } } }
env: { PIDS: '\${{ inputs.pids }}' }
inputs: { pids: { required: true } }
agents: { a: { model: sim/m, tools: [mcp.odd], sandbox: 'off' } }
steps: { work: { agent: a, prompt: Work. } }
`, calling({ name: 'odd__look', input: {} }), { 'odd.mjs': ODD })
    const pids = join(folder, 'pids')
    await runFor(0, folder, ['p.yml', '--input', `pids=${pids}`], { env })
    await simulator.close()
    expect(pidsIn(pids)).toHaveLength(2)
    expect(living(pidsIn(pids))).toEqual([])
  })

  it('that cannot be started fails the step, which may be tried again', async () => {
    const { folder, simulator } = await sceneOf(`
mcp: { odd: { command: [node, odd.mjs], env: { GONE: main.db } } }
agents: { a: { model: sim/m, tools: [mcp.odd] } }
steps: { work: { agent: a, prompt: Work., retry: { attempts: 2, backoff: 1ms, on: [tool-server-failed] } } }
`, () => ({ text: 'done' }), { 'odd.mjs': ODD })
    const { report } = await runFor(1, folder, ['p.yml'], { env })
    await simulator.close()
    expect(failures(report).work).toBe('tool-server-failed: the tool server `odd` is not there: it ended before it answered: no such database: main.db')
    expect(report.steps[0]?.attempts).toHaveLength(2)
    expect(simulator.log).toEqual([])
  })

  it('fails the step where it has not the tool that is named', async () => {
    const { folder, simulator } = await sceneOf(`
mcp: { odd: { command: [node, odd.mjs] } }
agents: { a: { model: sim/m, tools: [mcp.odd.lok] } }
steps: { work: { agent: a, prompt: Work. } }
`, () => ({ text: 'done' }), { 'odd.mjs': ODD })
    const { report } = await runFor(1, folder, ['p.yml'], { env })
    await simulator.close()
    expect(failures(report).work).toBe('tool-server-failed: the tool server `odd` has no tool `lok`, it has `die`, `look`')
  })

  it('loses a tool whose name no model takes, and says so', async () => {
    const tools = JSON.stringify([{ name: 'fine' }, { name: 'with blank' }, { name: 'x'.repeat(70) }])
    const { folder, simulator } = await sceneOf(`
mcp: { odd: { command: [node, odd.mjs], env: { TOOLS: '${tools}' } } }
agents: { a: { model: sim/m, tools: [mcp.odd] } }
steps: { work: { agent: a, prompt: Work. } }
`, () => ({ text: 'done' }), { 'odd.mjs': ODD })
    const { report } = await runFor(0, folder, ['p.yml'], { env })
    await simulator.close()
    expect(simulator.log[0]?.request.tools).toEqual(['odd__fine'])
    expect(report.exceptions.filter(({ code }) => code === 'tool-left-out').map(({ message }) => message.slice(0, 60))).toEqual([
      'the tool `with blank` of the server `odd` is left out: model', 'the tool `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
    ])
  })

  it('whose program is missing stops the run before its first step', async () => {
    const { folder, simulator } = await sceneOf(`
mcp: { docs: { command: [orch-no-such-server] } }
agents: { a: { model: sim/m, tools: [mcp.docs] } }
steps: { first: { run: touch /tmp/orch-never }, work: { agent: a, prompt: Work. } }
`, () => ({ text: 'done' }))
    const ended = await orchRun({ cwd: folder, args: ['run', 'p.yml'], env })
    await simulator.close()
    expect(ended.code).toBe(4)
    expect(ended.stderr).toBe('error: the program `orch-no-such-server` of the tool server `docs` is not on the PATH\n  help: install it, or look at its `command`\n')
  })

  it('that runs elsewhere is asked over HTTP, with its key in a header that nobody else sees', async () => {
    const server = await startEverything()
    const { folder, simulator } = await sceneOf(`
mcp: { all: { url: 'http://127.0.0.1:${server.port}/mcp', headers: { authorization: 'Bearer \${{ secrets.ALL_TOKEN }}' } } }
agents: { a: { model: sim/m, tools: [mcp.all.echo, mcp.all.get-sum] } }
steps: { work: { agent: a, prompt: Work. } }
`, calling({ name: 'all__echo', input: { message: 'hello' } }, { name: 'all__get-sum', input: { a: 'x' } }))
    const { ended } = await runFor(0, folder, ['p.yml'], { env: { ...env, ALL_TOKEN: 'canary-all-73510' } })
    await simulator.close()
    await server.stop()
    const told = results(simulator.log.at(-1)?.request)
    expect(told[0]).toBe('Echo: hello')
    expect(told[1]).toContain('Invalid arguments for tool get-sum')
    expect(ended.stdout + ended.stderr).not.toContain('canary')
  })

  it('is told of by the doctor, and by the plan', async () => {
    const server = await startEverything()
    const { folder, simulator } = await sceneOf(`
mcp:
  all: { url: 'http://127.0.0.1:${server.port}/mcp', headers: { authorization: 'Bearer \${{ secrets.ALL_TOKEN }}' } }
  gone: { url: 'http://127.0.0.1:${await freePort()}/mcp' }
  shut: { url: 'http://127.0.0.1:1/mcp', headers: { cookie: '\${{ secrets.SHUT }}' } }
  here: { command: [mcp-server-memory] }
  missing: { command: [orch-no-such-server] }
  idle: { command: [orch-no-such-server] }
agents: { a: { model: sim/m, tools: [mcp.all, mcp.gone, mcp.shut, mcp.here.read_graph, mcp.missing] } }
steps: { work: { agent: a, prompt: Work. } }
`, () => ({ text: 'done' }))
    const told = await orchRun({ cwd: folder, args: ['doctor', 'p.yml', '--json'], env: { ...env, ALL_TOKEN: 'canary-all-73510' } })
    const plan = await orchRun({ cwd: folder, args: ['plan', 'p.yml'], env })
    await simulator.close()
    await server.stop()
    const found = (JSON.parse(told.stdout) as { name: string; state: string; detail: string }[]).filter(({ name }) => name.startsWith('tools of'))
    expect(found.map(({ name, state, detail }) => `${name}: ${state}: ${detail}`.replaceAll(/\d+ tools|127\S+|\/\S+\.bin/g, '…'))).toEqual([
      'tools of all: ready: … at http://…', 'tools of gone: missing: the server cannot be reached: ECONNREFUSED',
      'tools of shut: missing: SHUT is not set, which its headers hold', 'tools of here: ready: …/mcp-server-memory',
      'tools of missing: missing: `orch-no-such-server` is not on the PATH',
    ])
    expect([told.code, told.stdout.includes('canary')]).toEqual([4, false])
    expect(plan.stdout).toMatch(/servers +all, gone, shut, here, missing\n/)
  })

  it('that does not answer over HTTP fails the step', async () => {
    const { folder, simulator } = await sceneOf(`
mcp: { all: { url: 'http://127.0.0.1:${await freePort()}/mcp' } }
agents: { a: { model: sim/m, tools: [mcp.all] } }
steps: { work: { agent: a, prompt: Work. } }
`, () => ({ text: 'done' }))
    const { report } = await runFor(1, folder, ['p.yml'], { env })
    await simulator.close()
    expect(failures(report).work).toBe('tool-server-failed: the tool server `all` is not there: the server cannot be reached: ECONNREFUSED')
  })

  it('is part of what is recorded, and its tools are called again in a replay', async () => {
    const { folder, simulator } = await sceneOf(`
mcp: { docs: { command: [mcp-server-filesystem, .] } }
agents: { a: { model: sim/m, tools: [mcp.docs] } }
steps: { work: { agent: a, prompt: Work. } }
`, calling({ name: 'docs__write_file', input: { path: 'b.txt', content: 'b\n' } }))
    await runFor(0, folder, ['p.yml', '--record', 'tape'], { env })
    await simulator.close()
    const { report } = await runFor(0, folder, ['p.yml', '--replay', 'tape'], { env: { SIM_KEY: null } })
    expect(report.steps[0]?.files_changed).toEqual(['b.txt'])
  })
})

async function startEverything(): Promise<{ readonly port: number; stop(): Promise<void> }> {
  const port = await freePort()
  const program = new URL('../../node_modules/@modelcontextprotocol/server-everything/dist/index.js', import.meta.url).pathname
  const child = spawn(process.execPath, [program, 'streamableHttp'], { env: { PATH: process.env.PATH, PORT: String(port) }, stdio: ['ignore', 'ignore', 'pipe'] })
  let told = ''
  await new Promise<void>((resolve) => child.stderr.on('data', (chunk: Buffer) => {
    told += chunk.toString()
    if (told.includes('listening')) resolve()
  }))
  return {
    port,
    async stop() {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
