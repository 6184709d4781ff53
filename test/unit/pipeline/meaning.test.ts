import { describe, expect, it } from 'vitest'
import { load } from '../../../src/pipeline/load.ts'
import { codes, told } from './told.ts'

const MODEL = 'providers: { p: { type: openai } }\nagents: { bot: { model: p/m } }\n'

describe('needs', () => {
  it('tells a need that is no step, with the near one', async () => {
    expect(await told('steps:\n  test: { run: x }\n  fix: { run: x, needs: [tset, constructor] }\n')).toEqual([
      '3:26 unknown-need: step `fix` needs `tset`, which is no step of this pipeline | did you mean `test`?',
      '3:32 unknown-need: step `fix` needs `constructor`, which is no step of this pipeline',
    ])
  })

  it('tells a step that needs itself, and a need that stands twice', async () => {
    expect(await told('steps:\n  a: { run: x, needs: a }\n  b: { run: x, needs: [c, c] }\n  c: { run: x }\n')).toEqual([
      '2:23 self-need: step `a` needs itself, so it could never start | leave it out',
      '!3:27 repeated-need: step `b` names `c` twice in `needs`',
    ])
  })

  it('tells a cycle edge by edge, each at its place', async () => {
    const { diagnostics } = await load('steps:\n  a: { run: x, needs: b }\n  b: { run: x, needs: [z, c] }\n  c: { run: x, needs: a }\n  z: { run: x }\n', 'p.yml')
    expect(diagnostics).toEqual([{
      code: 'cycle', severity: 'error', message: 'steps need each other in a cycle: `a` → `b` → `c` → `a`', help: 'leave one of these needs out',
      file: 'p.yml', line: 2, column: 23, end_line: 2, end_column: 24,
      related: [
        { message: 'step `a` needs `b`', file: 'p.yml', line: 2, column: 23, end_line: 2, end_column: 24 },
        { message: 'step `b` needs `c`', file: 'p.yml', line: 3, column: 27, end_line: 3, end_column: 28 },
        { message: 'step `c` needs `a`', file: 'p.yml', line: 4, column: 23, end_line: 4, end_column: 24 },
      ],
    }])
  })

  it('tells a ring of a thousand steps without a message of a thousand names', async () => {
    const ring = Array.from({ length: 1000 }, (_, i) => `  s${i}: { run: x, needs: s${(i + 1) % 1000} }\n`).join('')
    const { diagnostics } = await load(`steps:\n${ring}`, 'p.yml')
    expect(diagnostics.map(({ message, related }) => [message, related?.length])).toEqual([
      ['steps need each other in a cycle: `s0` → `s1` → `s2` → `s3` → `s4` → `s5` → `s6` → `s7` → 992 more → `s0`', 50],
    ])
  })
})

describe('references', () => {
  it('tells agents, providers and checks that are not there', async () => {
    const text = 'providers: { claude: { type: anthropic } }\nagents: { dev: { model: claud/x } }\nchecks: { coverage: { run: x } }\nsteps:\n' +
      '  a: { agent: dve, prompt: x, verify: coverge }\n  b: { check: [lint, test, coverage, zzz] }\n'
    expect(await told(text)).toEqual([
      '2:25 unknown-provider: agent `dev` has a model of the provider `claud`, which is not declared | did you mean `claude`?',
      '5:15 unknown-agent: step `a` names the agent `dve`, which is not declared | did you mean `dev`?',
      '5:39 unknown-check: step `a` names the check `coverge`, which is not declared, and only `types`, `lint` or `tests` can be detected | did you mean `coverage`?',
      '6:22 unknown-check: step `b` names the check `test`, which is not declared, and only `types`, `lint` or `tests` can be detected | did you mean `tests`?',
      '6:38 unknown-check: step `b` names the check `zzz`, which is not declared, and only `types`, `lint` or `tests` can be detected | declare it under `checks`',
    ])
  })

  it('says nothing of names where the declarations cannot be read', async () => {
    expect(await codes('agents: 5\nsteps: { a: { agent: x, prompt: y } }\n')).toEqual(['1:9 wrong-type'])
  })

  it('tells a check that stands twice', async () => {
    expect(await told('steps: { a: { check: [lint, lint] } }\n')).toEqual(['!1:29 repeated-check: step `a` names the check `lint` twice in `check`'])
  })

  it('wants a model with its provider', async () => {
    expect(await told('agents: { a: { model: gpt-5 } }\nsteps: { a: { run: x } }\n')).toEqual([
      '1:23 bad-model: `model` of agent `a` must be `PROVIDER/MODEL`, the name of a provider and what it calls the model, not `gpt-5`',
    ])
  })
})

describe('agents', () => {
  it('tells tools that their permissions take away', async () => {
    const agent = (rest: string): string => `providers: { p: { type: openai } }\nagents: { a: { model: p/m, ${rest} } }\nsteps: { a: { run: x } }\n`
    expect(await told(agent('tools: [files.read, shell], permissions: read-only'))).toEqual([
      '2:48 forbidden-tool: the `permissions` of agent `a` are `read-only`, which forbids the tool `shell` | leave the tool out, or write `permissions: limited`',
    ])
    expect(await told(agent('tools: [files], permissions: read-only'))).toEqual([
      '!2:36 forbidden-tool: the `permissions` of agent `a` are `read-only`, so of the tools `files` only those that read are there | write `files.read`',
    ])
    expect(await told(agent('tools: [shell]'))).toEqual([
      '!2:36 forbidden-tool: the `permissions` of agent `a` are `limited` and `allow_commands` names none, so the tool `shell` can run nothing' +
      ' | name commands in `allow_commands`, or write `permissions: full`',
    ])
    expect(await told(agent('tools: [files, shell], allow_commands: [npm test]'))).toEqual([])
  })
})

describe('values', () => {
  it('tells defaults that do not fit their input', async () => {
    const text = 'inputs:\n  a: { type: number, default: many }\n  b: { type: choice, options: [low, high], default: hihg }\n  c: { default: 5 }\n' +
      '  d: { type: boolean, default: "true" }\n  e: { type: json, default: { a: [1] } }\n  f: { type: integer, default: 5 }\nsteps: { a: { run: x } }\n'
    expect(await told(text)).toEqual([
      '2:31 bad-default: the default of input `a` must be a number, not `many`',
      '3:53 bad-default: the default of input `b` must be `low` or `high`, not `hihg` | did you mean `high`?',
      '4:17 bad-default: the default of input `c` must be a text, not the number 5 | put it in quotes',
      '5:32 bad-default: the default of input `d` must be `true` or `false`, not the text `true`',
      '7:14 unknown-value: `type` of input `f` must be `string`, `number`, `boolean`, `choice` or `json`, not `integer`',
    ])
  })

  it('tells patterns that do not compile and reports from outside', async () => {
    expect(await told('checks: { a: { run: x, report: "junit:../r.xml", expect: { stdout_matches: "(", not_matches: "a|b" } } }\nsteps: { a: { run: x } }\n')).toEqual([
      '1:32 bad-path: the reports of check `a` must be a relative path inside the repository, without `..` and without a NUL character, not `../r.xml`',
      '1:76 bad-pattern: `stdout_matches` of check `a` is no regular expression: unterminated group',
    ])
  })

  it('tells durations that are none, or longer than a year', async () => {
    const text = 'limits: { timeout: 0s }\nsteps:\n  a: { run: x, timeout: 400d, retry: { attempts: 2, backoff: 5 s, max_delay: 0.1ms } }\n'
    expect(await told(text)).toEqual([
      '1:20 bad-duration: `timeout` of `limits` must be a duration above zero with its unit, such as `500ms`, `30s`, `10m` or `1h30m`, not `0s`',
      '3:25 bad-duration: `timeout` of step `a` must be between `1ms` and `366d`, not `400d`',
      '3:62 bad-duration: `backoff` of `retry` of step `a` must be a duration above zero with its unit, such as `500ms`, `30s`, `10m` or `1h30m`, not `5 s`',
      '3:78 bad-duration: `max_delay` of `retry` of step `a` must be between `1ms` and `366d`, not `0.1ms`',
    ])
  })

  it('tells addresses that are none, or that hold a password', async () => {
    const at = async (url: string): Promise<string[]> => told(`providers: { p: { type: openai, base_url: "${url}" } }\nsteps: { a: { run: x } }\n`)
    expect(await at('ftp://x')).toEqual(['1:43 bad-url: `base_url` of provider `p` must be a URL that begins with `http://` or `https://`, not `ftp://x`'])
    expect(await at('http://[x')).toEqual(['1:43 bad-url: the `base_url` of provider `p` is no URL'])
    expect(await at('https://me:word@x/v1')).toEqual(['1:43 bad-url: the `base_url` of provider `p` must not hold a user or a password'])
    expect(await at('https://x/v1?a=b')).toEqual(['1:43 bad-url: the `base_url` of provider `p` must end before `?` and `#`'])
    expect(await at('http://127.0.0.1:9/v1')).toEqual([])
  })

  it('tells a price that is none', async () => {
    const at = async (price: string): Promise<string[]> => told(`providers: { p: { type: openai, prices: { m: ${price} } } }\nsteps: { a: { run: x } }\n`)
    expect(await at('cheap')).toEqual(['1:46 bad-price: `m` of `prices` of provider `p` must be `free`, or a mapping of prices in USD per million tokens, not `cheap`'])
    expect(await at('{ input: 3 }')).toEqual(['1:43 missing-key: `m` of `prices` of provider `p` must have `output`'])
    expect(await at('free')).toEqual([])
  })

  it('tells schemas of outputs that are none, however deep', async () => {
    const text = `${MODEL}steps: { a: { agent: bot, prompt: x, outputs: { r: { type: array, items: { type: [strng, "null"] } }, s: { type: text } } } }\n`
    expect(await told(text)).toEqual([
      '3:83 bad-schema: the `type` of a JSON Schema must be `string`, `number`, `integer`, `boolean`, `object`, `array` or `null`, not `strng` | did you mean `string`?',
      '3:114 bad-schema: the `type` of a JSON Schema must be `string`, `number`, `integer`, `boolean`, `object`, `array` or `null`, not `text`',
    ])
  })
})

describe('matrices', () => {
  const at = async (matrix: string): Promise<string[]> => told(`steps: { a: { run: x, matrix: ${matrix} } }\n`)

  it('tells dimensions that are no lists', async () => {
    expect(await at('{ x: one }')).toEqual(['1:36 bad-matrix: `x` of `matrix` of step `a` must be a list of values, or one expression that gives it: `${{ … }}`, not `one`'])
    expect(await at('[1]')).toEqual(['1:31 wrong-type: `matrix` of step `a` must be a mapping of lists, or one expression that gives it: `${{ … }}`, not a list'])
    expect(await at('"${{ inputs }} ${{ inputs }}"')).toEqual(['1:31 bad-matrix: a matrix is given by one expression, this text holds more than that'])
  })

  it('tells exclusions of what is not there, and of everything', async () => {
    expect(await at('{ node: [20], exclude: [{ nod: 20 }] }')).toEqual([
      '1:57 unknown-dimension: the matrix of step `a` excludes by `nod`, which is none of its lists | did you mean `node`?',
    ])
    expect(await at('{ node: [20, 22], exclude: [{ node: 20 }, { node: 22 }] }')).toEqual([
      '1:31 empty-value: the matrix of step `a` has no cell left: `exclude` takes them all',
    ])
    expect(await at('{ node: [20, 22], os: [a, b], exclude: [{ node: 20 }, { node: 22, os: a }] }')).toEqual([])
    expect(await at('{ node: [20], exclude: [{ node: 20 }], include: [{ node: 1 }] }')).toEqual([])
  })

  it('refuses more nodes than a plan holds', async () => {
    const list = `[${Array.from({ length: 10 }, (_, i) => i).join(', ')}]`
    const lists = (count: number): string => `{ ${Array.from({ length: count }, (_, i) => `d${i}: ${list}`).join(', ')} }`
    expect(await at(lists(4))).toEqual([])
    expect(await at(lists(5))).toEqual(['1:23 too-many-nodes: the matrix of step `a` makes 100,000 nodes, a plan holds at most 10,000'])
    expect(await told(`steps: { a: { run: x, matrix: ${lists(4)} }, b: { run: x } }\n`)).toEqual(['1:1 too-many-nodes: the steps make 10001 nodes, a plan holds at most 10,000'])
  })
})
