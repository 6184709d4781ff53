import { describe, expect, it } from 'vitest'
import { planText } from '../../../src/cli/plan-text.ts'
import { previewOf } from './rig.ts'

const AGENTS = `
providers: { p: { type: openai-compatible, base_url: "http://127.0.0.1:1/v1", prices: { real: free } } }
agents:
  plain: { model: p/real, max_turns: 2, max_output_tokens: 1000 }
  writer: { model: p/real, tools: [files], max_turns: 9, max_output_tokens: 1000 }
  program: { executor: command, command: [bash, agent.sh] }
`

describe('a plan as text', () => {
  it('has exact figures, and says what bounds them and what is not known', async () => {
    const plan = await previewOf(`${AGENTS}
steps:
  a: { agent: plain, prompt: hello }
  b: { agent: plain, prompt: hello, needs: a, matrix: { n: "\${{ fromJSON(steps.a.outputs.text) }}" } }
  c: { agent: program, prompt: hello, needs: a, retry: { attempts: 3 } }
`)
    // 105 tokens at $2 and 1000 at $10 per million are held for the first call; two turns, the second 1512 tokens longer.
    expect(planText(plan)).toBe(`p: 3 steps, at least 2 nodes, 2 waves, no budget

wave 1
  a  kind   agent
     sees   the base
     agent  plain on p/real, 2 turns
     cost   about $0.0051, at most $0.0234

wave 2
  b  kind   agent
     needs  a
     nodes  not known before the run
     sees   the base
     agent  plain on p/real, 2 turns
     cost   about $0.0051, without a bound
  c  kind   agent
     needs  a
     sees   the base
     agent  program on the program bash, 3 attempts

prices in USD per million tokens
  p/real  2 in, 10 out, 1 from the cache, 2 into it

cost
  at least   $0.0102
  about      $0.0101
  at most    no bound  how many nodes there will be is not known, and there is no budget
  not known  of c

assumed
  at least: each agent node that surely runs makes one call; the dearest is sent only if all that is held for it is left
  at most: every attempt uses all of its max_turns; each turn adds max_output_tokens and 30,000 tokens of tool results or failed checks
  at most: a byte of input counts as a token, a value that only the run will tell as 30,000
  at most: answers that get lost on their way, and are paid and asked for again, come on top
  about: a third of max_turns, 1 turn without tools; each turn answers 500 tokens and adds 1,500 of tool results
  about: a token has 4 bytes, a value that only the run will tell 2,000; what was said before is read from the cache
  about: nothing is tried again, no resolver is asked, unknown conditions hold, an unknown matrix is one node
`)
  })

  it('names few of many, and shows no character that a terminal would obey', async () => {
    const plan = await previewOf(`name: "x\\u202ey\\e[31m"\n${AGENTS}
checks: { c: { kind: custom, run: "printf '\\e[2J'\\nexit 1" } }
steps:
  many: { run: echo, matrix: { n: [1, 2, 3, 4, 5, 6, 7] }, if: matrix.n != 3 }
${Array.from({ length: 7 }, (_, at) => `  w${at}: { agent: writer, prompt: x }`).join('\n')}
  end: { check: [c], needs: [w0, w1, w2, w3, w4, w5, w6] }
`)
    const lines = planText(plan).split('\n')
    expect(lines[0]).toBe('x\\u{202e}y\\u{1b}[31m: 9 steps, 15 nodes, 2 waves, no budget')
    expect(lines).toContain('        nodes  7: many(n=1), many(n=2), many(n=3), many(n=4), many(n=5) and 2 more')
    expect(lines).toContain('        runs   6 of its nodes: matrix.n != 3')
    expect(lines).toContain('       needs   w0, w1, w2, w3, w4 and 2 more')
    expect(lines).toContain('       sees    the base and the changes of 2 steps, w2, w3, w4, w5, w6; the checkout if nothing was changed')
    expect(lines).toContain("  c  printf '\\u{1b}[2J' …  declared")
  })
})
