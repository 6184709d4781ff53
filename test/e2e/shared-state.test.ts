import { afterAll, describe, expect, it } from 'vitest'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { removeFolders } from '../rig/program.ts'
import { journalOf, runFor, statuses } from '../rig/report.ts'
import { SCENE_ENV as env, sceneOf } from '../rig/scene.ts'
import type { SimAnswer, SimCall, SimRequest } from '../simulator/answer.ts'

afterAll(removeFolders)

/** Makes the calls of its script, one a turn, and then says what they gave; the prompt begins with the script's name. */
function playing(scripts: Readonly<Record<string, readonly SimCall[]>>) {
  return (request: SimRequest): SimAnswer => {
    const script = scripts[/^\w+/.exec(request.task)?.[0] ?? ''] ?? []
    const next = script[request.answers]
    return next ? { calls: [next] } : { text: request.turns.flatMap((turn) => (turn.role === 'tool' ? [turn.output] : [])).join(' | ') }
  }
}

const call = (name: string, input: Readonly<Record<string, unknown>> = {}): SimCall => ({ name, input })
const said = (report: { readonly steps: readonly { readonly id: string; readonly outputs: Readonly<Record<string, unknown>> }[] }): Record<string, unknown> =>
  Object.fromEntries(report.steps.map(({ id, outputs }) => [id, outputs.text]))

describe('memory', () => {
  it('is seen by later steps, private only by its own agent, and what a failed attempt stored is forgotten', async () => {
    const { folder, simulator } = await sceneOf(`
agents:
  one: { model: sim/m, tools: [memory] }
  two: { model: sim/m, tools: [memory], permissions: read-only }
  bad: { model: sim/m, tools: [memory], max_turns: 2 }
limits: { concurrency: 1 }
steps:
  first: { agent: one, prompt: first }
  lost: { agent: bad, prompt: lost, continue_on_error: true }
  again: { needs: [first, lost], agent: one, prompt: again }
  other: { needs: again, agent: two, prompt: other }
`, playing({
      first: [
        call('store_memory', { key: 'api', value: 'The API answers in XML' }), call('store_memory', { key: 'mine', value: 'secret plan', scope: 'private' }),
        call('store_memory', { key: 'gone', value: 'x' }), call('delete_memory', { key: 'gone' }), call('retrieve_memory', { key: 'mine' }),
      ],
      lost: [call('store_memory', { key: 'api', value: 'wrong' }), call('retrieve_memory', { key: 'api' }), call('retrieve_memory', { key: 'api' })],
      again: [call('retrieve_memory', { key: 'mine' }), call('search_memory', { query: 'xml API' }), call('store_memory', { key: 'brief', value: 'y', ttl: 3600, scope: 'nowhere' })],
      other: [call('retrieve_memory', { key: 'mine' }), call('retrieve_memory', { key: 'api' }), call('search_memory', { query: '' })],
    }))
    const { report } = await runFor(0, folder, ['p.yml'], { env })
    await simulator.close()
    expect(said(report)).toEqual({
      first: 'remembered `api` | remembered `mine` | remembered `gone` | forgot `gone` | secret plan',
      lost: undefined,
      again: 'secret plan | api (shared): The API answers in XML | `scope` must be one of `shared`, `private`',
      other: 'nothing is remembered under `mine`; look for it with `search_memory` | The API answers in XML | api (shared): The API answers in XML',
    })
    expect(report.agents.two?.tools).toMatchObject({ retrieve_memory: { calls: 2, errors: 1 }, search_memory: { calls: 1, errors: 0 } })
  })

  it('is safe across a resume, in a called pipeline too, and holds no secret', async () => {
    const { folder, simulator } = await sceneOf(`
agents: { one: { model: sim/m, tools: [memory] } }
steps:
  keep: { agent: one, prompt: keep }
  sub: { needs: keep, pipeline: ./sub.yml }
  stop: { needs: sub, run: test -f go }
  use: { needs: stop, agent: one, prompt: use }
`, playing({
      keep: [call('store_memory', { key: 'a', value: `before ${env.SIM_KEY}` })],
      inner: [call('retrieve_memory', { key: 'a' }), call('store_memory', { key: 'b', value: 'inside' })],
      use: [call('search_memory', { query: '' })],
    }), {})
    const provider = readFileSync(join(folder, 'p.yml'), 'utf8').split('\n')[0] ?? ''
    writeFileSync(join(folder, 'sub.yml'), `${provider}\nagents: { one: { model: sim/m, tools: [memory] } }\nsteps: { work: { agent: one, prompt: inner } }\n`)
    const { report } = await runFor(1, folder, ['p.yml'], { env })
    expect(statuses(report)).toMatchObject({ keep: 'passed', 'sub/work': 'passed', stop: 'failed', use: 'skipped' })
    writeFileSync(join(folder, 'go'), '')
    const { report: resumed } = await runFor(0, folder, ['resume'], { env })
    await simulator.close()
    expect(said(resumed)).toMatchObject({ 'sub/work': 'before *** | remembered `b`', use: 'a (shared): before ***\nb (shared): inside' })
    const journal = journalOf(folder, report.run.id)
    expect(JSON.stringify(journal)).not.toContain(env.SIM_KEY)
  })
})

describe('messages', () => {
  it('reach an agent or a step that works at the same time, once for each attempt', async () => {
    let isSent = (): void => {}
    const sent = new Promise<void>((resolve) => { isSent = resolve })
    const play = playing({
      ask: [call('send_message', { to: 'answer', text: 'Which port?' }), call('send_message', { to: 'nobody', text: '?' })],
      answer: [call('read_messages'), call('read_messages'), call('send_message', { to: 'asker', text: 'Port 80.' })],
      late: [call('read_messages')],
    })
    const { folder, simulator } = await sceneOf(`
agents: { asker: { model: sim/m, tools: [messages] }, helper: { model: sim/m, tools: [messages] } }
steps:
  ask: { agent: asker, prompt: ask }
  answer: { agent: helper, prompt: answer }
  late: { needs: [ask, answer], agent: asker, prompt: late }
`, async (request) => {
      // The one who asks has had its message sent when it comes back with the second turn.
      if (request.task.startsWith('ask') && request.answers === 1) isSent()
      if (request.task.startsWith('answer') && request.answers === 0) await sent
      return play(request)
    })
    const { report } = await runFor(0, folder, ['p.yml'], { env })
    await simulator.close()
    expect(said(report)).toEqual({
      ask: 'sent to `answer` | there is no agent or step `nobody`; there are `asker`, `helper`, `ask`, `answer`, `late`',
      answer: 'from asker (ask):\nWhich port? | [there is no new message] | sent to `asker`',
      late: 'from helper (answer):\nPort 80.',
    })
    expect(journalOf(folder, report.run.id).filter(({ type }) => type === 'message-sent').map(({ node, from, to, text }) => [node, from, to, text])).toEqual([
      ['ask', 'asker', 'answer', 'Which port?'], ['answer', 'helper', 'asker', 'Port 80.'],
    ])
  })
})
