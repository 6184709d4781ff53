import { describe, expect, it } from 'vitest'
import { buildPlan } from '../../../src/plan/build.ts'
import { MOST_NAMED, sights } from '../../../src/plan/sight.ts'
import { AGENTS, pipelineOf } from './rig.ts'

async function seen(steps: string): Promise<Record<string, string>> {
  const all = sights(buildPlan(await pipelineOf(`${AGENTS}\nsteps:\n${steps}`)))
  return Object.fromEntries([...all].map(([id, sight]) => [id, [sight.place, ...sight.changes, ...(sight.hasMore ? ['…'] : [])].join(' ')]))
}

describe('what a step will see', () => {
  it('is the checkout for scripts and checks, and the base for an agent, where nothing above changes files', async () => {
    expect(await seen(`
  first: { run: echo }
  look: { agent: reader, prompt: x, needs: first }
  judge: { check: [lint], needs: look }
  work: { agent: writer, prompt: x, needs: judge }
  apart: { run: echo, workspace: worktree, needs: look }
  none: { run: echo, workspace: none, needs: work }
  own: { run: echo, workspace: checkout, needs: work }
`)).toEqual({
      first: 'checkout', look: 'worktree', judge: 'checkout', work: 'worktree', apart: 'worktree', none: 'empty', own: 'checkout',
    })
  })

  it('is the base and the changes of all that is needed, however indirectly, and of nothing else', async () => {
    expect(await seen(`
  a: { agent: writer, prompt: x }
  b: { agent: program, prompt: x, needs: a }
  other: { agent: writer, prompt: x }
  test: { run: echo, needs: b }
  judge: { check: [lint], needs: [test, other] }
  ask: { approve: Well?, needs: judge }
  end: { agent: plain, prompt: x, needs: ask }
`)).toEqual({
      a: 'worktree', b: 'worktree a', other: 'worktree', test: 'inherited a b', judge: 'inherited a b test other', ask: 'nothing',
      end: 'worktree a b test other',
    })
  })

  it('names the nearest of very many', async () => {
    const chain = Array.from({ length: 30 }, (_, at) => `  s${at}: { agent: writer, prompt: x${at === 0 ? '' : `, needs: s${at - 1}`} }`).join('\n')
    const nearest = Array.from({ length: MOST_NAMED }, (_, at) => `s${29 - MOST_NAMED + at}`)
    expect((await seen(chain)).s29).toBe(['worktree', ...nearest, '…'].join(' '))
    expect((await seen(chain)).s20).toBe(['worktree', ...Array.from({ length: 20 }, (_, at) => `s${at}`)].join(' '))
  })
})
