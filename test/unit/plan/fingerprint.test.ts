import { expect, test } from 'vitest'
import { fingerprint } from '../../../src/plan/fingerprint.ts'
import { buildPlan } from '../../../src/plan/build.ts'
import { pipelineOf } from './rig.ts'

const pipeline = (agent: string, step: string): string => `
providers: { p: { type: anthropic, api_key_env: KEY } }
agents: { coder: { model: p/m${agent} } }
steps:
  fix: { agent: coder, prompt: Fix it${step} }
`

async function digest(agent: string, step: string): Promise<string> {
  return fingerprint(buildPlan(await pipelineOf(pipeline(agent, step))), 'fix', null, {}, {})
}

test.each([
  ['budget_usd', ', budget_usd: 2'], ['timeout', ', timeout: 5m'], ['retry', ', retry: { attempts: 3 }'], ['priority', ', priority: 9'], ['risk', ', risk: high'],
  ['files', ', files: [a.txt]'], ['name', ', name: Mend'],
])('`%s` of a step changes no result and is not in its fingerprint', async (_key, text) => {
  expect(await digest('', text)).toBe(await digest('', ''))
})

test.each([['budget_usd', ', budget_usd: 2'], ['max_load', ', max_load: 2'], ['description', ', description: Mends']])('`%s` of an agent changes no result and is not in the fingerprint', async (_key, text) => {
  expect(await digest(text, '')).toBe(await digest('', ''))
})

test.each([['max_turns', ', max_turns: 3', ''], ['instructions', ', instructions: Be brief', ''], ['env', '', ', env: { A: b }'], ['prompt', '', ' now']])('`%s` is in the fingerprint', async (_key, agent, step) => {
  expect(await digest(agent, step)).not.toBe(await digest('', ''))
})
