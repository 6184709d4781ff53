import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterAll, describe, expect, it } from 'vitest'
import { noPostgres, startPostgres } from '../rig/postgres.ts'
import { removeFolders } from '../rig/program.ts'
import { runFor } from '../rig/report.ts'
import { SCENE_ENV, sceneOf } from '../rig/scene.ts'

afterAll(removeFolders)

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

const QUERIES = ['SELECT name, amount FROM invoices ORDER BY id', 'DELETE FROM invoices', 'SELECT nothing']

describe.skipIf(noPostgres !== undefined)(`a tool server of a database${noPostgres === undefined ? '' : ` (skipped: ${noPostgres})`}`, () => {
  it('answers an agent from real tables; what the database refuses reaches the model, and nothing is changed', async () => {
    const database = startPostgres(await freePort())
    try {
      database.sql("CREATE TABLE invoices (id int PRIMARY KEY, name text, amount numeric); INSERT INTO invoices VALUES (1, 'first', 10.5), (2, 'second', 2)")
      const { folder, simulator } = await sceneOf(`
mcp: { books: { command: [mcp-server-postgres, '${database.url}'] } }
agents: { a: { model: sim/m, tools: [mcp.books.query], permissions: full, sandbox: 'off' } }
steps: { work: { agent: a, prompt: Work. } }
`, ({ answers }) => (QUERIES[answers] === undefined ? { text: 'done' } : { calls: [{ name: 'books__query', input: { sql: QUERIES[answers] } }] }))
      const { report } = await runFor(0, folder, ['p.yml'], { env: SCENE_ENV })
      await simulator.close()
      const told = simulator.log.at(-1)?.request.turns.flatMap((turn) => (turn.role === 'tool' ? [turn.output] : [])) ?? []
      expect(JSON.parse(told[0] ?? '')).toEqual([{ name: 'first', amount: '10.5' }, { name: 'second', amount: '2' }])
      expect(told.slice(1)).toEqual([expect.stringContaining('cannot execute DELETE in a read-only transaction'), expect.stringContaining('column "nothing" does not exist')])
      expect(report.agents.a?.tools).toMatchObject({ books__query: { calls: 3, errors: 2 } })
      expect(database.sql('SELECT count(*) FROM invoices')).toBe('2')
    } finally {
      database.stop()
    }
  })
})
