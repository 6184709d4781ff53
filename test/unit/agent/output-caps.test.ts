import { expect, it } from 'vitest'
import { MOST_CHARACTERS } from '../../../src/agent/excerpt.ts'
import type { AgentMemory } from '../../../src/agent/shared-state.ts'
import { taskIn, temporaryRoot, use } from './rig.ts'

/** With the note of how much was cut. */
const MOST = MOST_CHARACTERS + 100

it('gives no more of a folder than a tool may, however long its names are', async () => {
  const names = Array.from({ length: 400 }, (_, index) => `${String(index).padStart(3, '0')}${'n'.repeat(200)}`)
  const { output } = await use(taskIn(temporaryRoot(Object.fromEntries(names.map((name) => [name, ''])))), 'list_directory', { path: '.' })
  expect(output.length).toBeLessThanOrEqual(MOST)
  expect(output).toMatch(/^000n+\n[^]*\[… \d+ characters cut …\][^]*\n399n+$/)
})

it('gives no more of what is remembered than a tool may', async () => {
  const memory: AgentMemory = { store: () => ({ ok: true, value: undefined }), retrieve: () => `a${'x'.repeat(900_000)}z`, search: () => [], delete: () => false }
  const { output } = await use(taskIn(temporaryRoot(), { tools: ['memory'], memory }), 'retrieve_memory', { key: 'k' })
  expect(output.length).toBeLessThanOrEqual(MOST)
  expect(output).toMatch(/^ax+\n\[… 870002 characters cut …\]\nx+z$/)
})
