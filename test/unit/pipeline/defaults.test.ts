import { describe, expect, it } from 'vitest'
import { load } from '../../../src/pipeline/load.ts'
import type { Pipeline } from '../../../src/pipeline/pipeline.ts'
import { told } from './told.ts'

const AGENTS = 'providers: { p: { type: openai } }\nagents: { bot: { model: p/m }, other: { model: p/m } }\nchecks: { lint: { run: x }, mine: { run: x } }\n'

async function stepsOf(text: string): Promise<Pipeline['steps']> {
  const { pipeline, diagnostics } = await load(AGENTS + text, 'p.yml')
  expect(diagnostics).toEqual([])
  return pipeline?.steps ?? new Map()
}

const RETRY = { attempts: 3, backoffMs: 2000, maxDelayMs: 300_000, on: undefined }
const ONCE = { ...RETRY, attempts: 1, backoffMs: 1000 }

describe('defaults', () => {
  it('hold for steps that do not say, each key for itself', async () => {
    const steps = await stepsOf(`
defaults: { timeout: 5m, retry: { attempts: 3, backoff: 2s } }
steps:
  a: { run: x }
  b: { run: x, timeout: 1m, retry: {} }
  c: { check: lint }
`)
    expect(steps.get('a')).toMatchObject({ timeoutMs: 300_000, retry: RETRY })
    expect(steps.get('b')).toMatchObject({ timeoutMs: 60_000, retry: ONCE })
    expect(steps.get('c')).toMatchObject({ timeoutMs: 300_000, retry: RETRY, checks: ['lint'] })
  })

  it('do not hurry a person', async () => {
    const steps = await stepsOf('defaults: { timeout: 5m }\nsteps: { a: { approve: Go? }, b: { approve: Go?, timeout: 1h } }\n')
    expect([...steps.values()].map(({ timeoutMs }) => timeoutMs)).toEqual([undefined, 3_600_000])
  })

  it('give the work of agents its checks, and to no other step', async () => {
    const steps = await stepsOf(`
defaults: { verify: [lint, mine], repair: 2 }
steps:
  a: { agent: bot, prompt: x }
  b: { agent: bot, prompt: x, verify: [], repair: 0 }
  c: { agent: bot, prompt: x, verify: mine }
  d: { run: x }
`)
    expect(steps.get('a')).toMatchObject({ verify: ['lint', 'mine'], repair: 2 })
    expect(steps.get('b')).toMatchObject({ verify: [], repair: 0 })
    expect(steps.get('c')).toMatchObject({ verify: ['mine'], repair: 2 })
    expect(Object.keys(steps.get('d') ?? {})).not.toContain('verify')
  })

  it('make an agent step of a step that has only a prompt', async () => {
    const steps = await stepsOf('defaults: { agent: bot }\nsteps: { a: { prompt: x }, b: { prompt_file: ./x.md, verify: lint, outputs: { o: {} } }, c: { agent: other, prompt: x }, d: { run: x } }\n')
    expect([...steps.values()].map((step) => [step.id, step.kind, step.kind === 'agent' ? step.agent : null])).toEqual([
      ['a', 'agent', 'bot'], ['b', 'agent', 'bot'], ['c', 'agent', 'other'], ['d', 'run', null],
    ])
  })

  it('do so for the expressions, too', async () => {
    expect(await told(`${AGENTS}defaults: { agent: bot }
steps:
  a: { prompt: x, outputs: { o: {} } }
  b: { needs: a, run: 'echo "\${{ steps.a.outputs.o }} \${{ steps.a.outputs.text }} \${{ steps.a.outputs.zzz }}"' }
`)).toEqual(['7:103 undeclared-output: the step `a` declares no output `zzz` | outputs are `o`, `text`'])
  })

  it('hold a step without a kind to what an agent step may have', async () => {
    expect(await told(`${AGENTS}defaults: { agent: bot }
steps:
  a: { prompt: x, shell: sh, outputs: [a], workspace: none }
  b: { needs: a }
  c: { prompt: x, prompt_file: ./x.md }
  d: { prompt: x, run: y }
`)).toEqual([
      '6:19 misplaced-key: step `a` cannot have `shell`: it is an `agent` step',
      '6:39 wrong-type: `outputs` of step `a` must be a mapping, not a list',
      '6:55 unknown-value: `workspace` of step `a` must be `inherit` or `worktree`, not `none`',
      '7:3 missing-kind: step `b` does not say what to do, it must have one of `run`, `agent`, `check`, `merge`, `tasks`, `approve`, `pipeline` or `deliver`',
      '8:19 misplaced-key: step `c` cannot have `prompt_file`: it has `prompt` already',
      '9:8 misplaced-key: step `d` cannot have `prompt`: it is a `run` step',
    ])
  })

  it('are told when they name what is not there', async () => {
    expect(await told(`${AGENTS}defaults: { agent: bto, verify: [lnit, lint, lint], timeout: 9999d, retry: { backoff: 0s } }
steps: { a: { prompt: x } }
`)).toEqual([
      '4:20 unknown-agent: `defaults` names the agent `bto`, which is not declared | did you mean `bot`?',
      '4:34 unknown-check: `defaults` names the check `lnit`, which is not declared, and only `types`, `lint` or `tests` can be detected | did you mean `lint`?',
      '!4:46 repeated-check: `defaults` names the check `lint` twice in `verify`',
      '4:62 bad-duration: `timeout` of `defaults` must be between `1ms` and `366d`, not `9999d`',
      '4:87 bad-duration: `backoff` of `retry` of `defaults` must be a duration above zero with its unit, such as `500ms`, `30s`, `10m` or `1h30m`, not `0s`',
    ])
  })
})
