import { describe, expect, it } from 'vitest'
import { codes, told } from './told.ts'

describe('mistakes of form', () => {
  it('blames an unknown key at the key and names the near one', async () => {
    expect(await told('steps:\n  a: { run: x, tiemout: 5s }\n')).toEqual(['2:16 unknown-key: step `a` has an unknown key `tiemout` | did you mean `timeout`?'])
  })

  it('lists what is known where nothing is near', async () => {
    expect(await told('limits: { zzz: 1 }\nsteps: { a: { run: x } }\n')).toEqual([
      '1:11 unknown-key: `limits` has an unknown key `zzz` | known are `budget_usd`, `daily_budget_usd`, `zone`, `warn_at`, `timeout`, `concurrency`, `max_wait` and `providers`',
    ])
  })

  it('knows what other tools call our keys', async () => {
    expect(await told('jobs: {}\nsteps: { a: { run: x, depends_on: [] } }\n')).toEqual([
      '1:1 unknown-key: the pipeline has an unknown key `jobs` | did you mean `steps`?',
      '2:23 unknown-key: step `a` has an unknown key `depends_on` | did you mean `needs`?',
    ])
  })

  it('does not ask for what an unknown key was probably meant to be', async () => {
    expect(await codes('steps: { a: { rnu: x }, b: { agnet: x, prompt: y } }\n')).toEqual(['1:15 unknown-key', '1:30 unknown-key'])
    expect(await codes('steps: { a: { uses: actions/checkout } }\n')).toEqual(['1:15 unknown-key'])
  })

  it('tells a wrong type once, at the value, with what it must be', async () => {
    expect(await told('steps:\n  a: echo hi\n  b: { run: [x] }\n  c: { run: x, timeout: 5, continue_on_error: yes }\n')).toEqual([
      '2:6 wrong-type: step `a` must be a mapping, not `echo hi` | a step is a mapping: write `{ run: … }`',
      '3:13 wrong-type: `run` of step `b` must be a text, not a list | write one text: `run: |` and a line for each command',
      '4:25 wrong-type: `timeout` of step `c` must be a duration above zero with its unit, such as `500ms`, `30s`, `10m` or `1h30m`, not the number 5 | write the unit: `5s`, `5m`',
      '4:47 wrong-type: `continue_on_error` of step `c` must be `true` or `false`, not `yes`',
    ])
  })

  it('tells a text that looks like something else for what it is', async () => {
    expect(await told('version: "1"\nsteps: { a: { run: true } }\n')).toEqual([
      '1:10 wrong-type: `version` must be 1, not the text `1` | leave the quotes out',
      '2:20 wrong-type: `run` of step `a` must be a text, not the boolean true | put it in quotes',
    ])
  })

  it('blames the key of an empty value', async () => {
    expect(await told('steps:\n')).toEqual(['1:1 wrong-type: `steps` must be a mapping, not nothing | give each step a name, and below it what it does: `build: { run: … }`'])
  })

  it('suggests the near word of a few', async () => {
    expect(await told('providers: { a: { type: openia } }\nsteps: { a: { run: x } }\n')).toEqual([
      '1:25 unknown-value: `type` of provider `a` must be `anthropic`, `openai`, `openai-compatible` or `replay`, not `openia` | did you mean `openai`?',
    ])
    expect(await told('checks: { a: { run: x, report: eslint } }\nsteps: { a: { run: x } }\n')).toEqual([
      '1:32 unknown-value: `report` of check `a` must be one of `tsc`, `eslint-json`, `junit:GLOB` or `sarif:PATH`, not `eslint` | did you mean `eslint-json`?',
    ])
  })

  it('blames a missing key at the name of the thing', async () => {
    expect(await told('agents: { bot: { tools: [] } }\nsteps: { a: { agent: bot } }\n')).toEqual([
      '1:11 missing-key: agent `bot` must have `model` or `route`',
      '2:10 missing-key: step `a` must have `prompt` or `prompt_file`',
    ])
    expect(await told('name: x\n')).toEqual(['1:1 missing-key: the pipeline must have `steps`'])
  })

  it('asks for what a type needs and refuses what it cannot use', async () => {
    const providers = 'providers: { p: { type: replay, api_key_env: X }, q: { type: openai-compatible }, r: { type: anthropic, recording: x } }'
    expect(await told(`${providers}\ninputs: { a: { type: choice }, b: { options: [x] } }\nsteps: { a: { run: x } }\n`)).toEqual([
      '1:14 missing-key: provider `p` must have `recording`',
      '1:33 misplaced-key: provider `p` cannot have `api_key_env`: its type is `replay`',
      '1:51 missing-key: provider `q` must have `base_url`',
      '1:105 misplaced-key: provider `r` cannot have `recording`: its type is `anthropic`',
      '2:11 missing-key: input `a` must have `options`',
      '2:37 misplaced-key: input `b` cannot have `options`: its type is another',
    ])
  })

  it('tells a step without a kind, and what it was on the way to be', async () => {
    expect(await told('steps: { a: { needs: b }, b: { prompt: x } }\n')).toEqual([
      '1:10 missing-kind: step `a` does not say what to do, it must have one of `run`, `agent`, `check`, `merge`, `tasks`, `approve`, `pipeline` or `deliver`',
      '1:27 missing-kind: step `b` has `prompt`, but no `agent` | name an agent, or one for all such steps by `defaults.agent`',
    ])
  })

  it('tells a step of two kinds once, at the second', async () => {
    expect(await told('agents: {}\nsteps: { a: { run: x, check: tests, prompt: y } }\n')).toEqual([
      '2:23 several-kinds: step `a` has both `run` and `check`, a step is of one kind | make two steps of it',
    ])
  })

  it('tells keys that belong to another kind', async () => {
    expect(await told('steps: { a: { run: x, prompt: y, repair: 0 }, b: { check: tests, outputs: [x] } }\n')).toEqual([
      '1:23 misplaced-key: step `a` cannot have `prompt`: it is a `run` step',
      '1:34 misplaced-key: step `a` cannot have `repair`: it is a `run` step',
      '1:66 misplaced-key: step `b` cannot have `outputs`: it is a `check` step',
    ])
  })

  it('refuses a text beside its file', async () => {
    const agents = 'agents: { x: { model: p/m, instructions: a, instructions_file: b } }\nproviders: { p: { type: openai } }'
    expect(await told(`${agents}\nsteps: { a: { agent: x, prompt: a, prompt_file: b } }\n`)).toEqual([
      '1:45 misplaced-key: agent `x` cannot have `instructions_file`: it has `instructions` already',
      '3:36 misplaced-key: step `a` cannot have `prompt_file`: it has `prompt` already',
    ])
  })

  it('keeps an agent in a worktree', async () => {
    const head = 'providers: { p: { type: openai } }\nagents: { x: { model: p/m } }\n'
    expect(await told(`${head}steps: { a: { agent: x, prompt: a, workspace: none } }\n`)).toEqual([
      '3:47 unknown-value: `workspace` of step `a` must be `inherit` or `worktree`, not `none`',
    ])
  })

  it('tells numbers out of their range', async () => {
    expect(await told('limits: { budget_usd: -1, concurrency: 0 }\nsteps: { a: { run: x, retry: { attempts: 1.5 } } }\n')).toEqual([
      '1:23 out-of-range: `budget_usd` of `limits` must be a number of at least 0, not -1',
      '1:40 out-of-range: `concurrency` of `limits` must be a number of at least 1, not 0',
      '2:42 wrong-type: `attempts` of `retry` of step `a` must be a whole number, not the number 1.5',
    ])
  })

  it('tells a bad name at the key, and a good one where it is near', async () => {
    expect(await told('env: { __proto__: x, 1A: y }\nsteps: { Build.All: { run: x } }\n')).toEqual([
      '1:8 bad-name: `__proto__` is not a valid name in `env`, it must be the name of an environment variable: letters, digits and `_`, no digit first',
      '1:22 bad-name: `1A` is not a valid name in `env`, it must be the name of an environment variable: letters, digits and `_`, no digit first',
      '2:10 bad-name: `Build.All` is not a valid name in `steps`, it must be a lower-case letter and then at most 63 lower-case letters, digits, `_` or `-` | write `build-all`',
    ])
  })

  it('says how to write what is meant, and says nothing that would be wrong, too', async () => {
    const text = 'providers: { p: { type: openai, prices: { m: 3 } } }\nsteps:\n  a: { run: x, matrix: { node: 22 }, name: 5 }\n  b: { run: x, matrix: 22 }\n'
    expect(await told(text)).toEqual([
      '1:46 wrong-type: `m` of `prices` of provider `p` must be `free`, or a mapping of prices in USD per million tokens, not the number 3',
      '3:32 wrong-type: `node` of `matrix` of step `a` must be a list of values, or one expression that gives it: `${{ … }}`, not the number 22 | write a list: `[22]`',
      '3:44 wrong-type: `name` of step `a` must be a text, not the number 5 | put it in quotes',
      '4:24 wrong-type: `matrix` of step `b` must be a mapping of lists, or one expression that gives it: `${{ … }}`, not the number 22',
    ])
  })

  it('tells what is empty', async () => {
    expect(await told('steps: {}\n')).toEqual(['1:8 empty-value: `steps` is empty, it must hold at least one entry'])
    expect(await told('steps: { a: { run: "", matrix: { x: [] } }, b: { check: [] } }\n')).toEqual([
      '1:20 empty-value: `run` of step `a` must not be empty',
      '1:37 empty-value: `x` of `matrix` of step `a` is empty, it must hold at least one value',
      '1:57 empty-value: `check` of step `b` is empty, it must hold at least one value',
    ])
  })

  it('refuses paths that leave the repository', async () => {
    const links = ['.', './', 'a/../b', '../x', '/abs', '~/x', 'C:\\x', 'a\\..\\b']
    const text = `workspace: { link: ${JSON.stringify(links)}, copy: [a..b, .env, a/.b/c] }\nsteps: { a: { run: x } }\n`
    expect((await told(text)).map((line) => line.replace(/^\S+ (\S+): .* not /, '$1 '))).toEqual(links.map((link) => `bad-path \`${link}\``))
  })

  it('leaves keys of the author alone', async () => {
    expect(await told('x-any: { a: "${{ nothing }}" }\nsteps: { a: { run: x } }\n')).toEqual([])
  })

  it('says nothing more about what the parser has refused', async () => {
    expect(await codes('steps:\n  a:\n    run: {{ inputs.who }}\n')).toEqual(['3:10 complex-key'])
    expect(await codes('steps:\n  a:\n    run: !!js/function "x"\n')).toEqual(['3:10 unknown-tag'])
  })
})
