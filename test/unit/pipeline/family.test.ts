import { describe, expect, it } from 'vitest'
import { load } from '../../../src/pipeline/load.ts'
import type { Loaded } from '../../../src/pipeline/load.ts'

const CHILD = `
inputs: { who: { type: string, required: true }, n: { type: number, default: 1 }, risk: { type: choice, options: [low, high] } }
steps: { hi: { run: "true" } }
outputs: { greeting: "\${{ steps.hi.outputs.text }}" }
`

async function loaded(files: Readonly<Record<string, string>>, file = 'p.yml'): Promise<Loaded & { reads: string[] }> {
  const reads: string[] = []
  const found = await load(files[file] ?? '', file, undefined, async (path) => {
    reads.push(path)
    return files[path] ?? { code: 'file-missing', message: `there is no file \`${path}\`` }
  })
  return { ...found, reads }
}

async function told(files: Readonly<Record<string, string>>): Promise<string[]> {
  return (await loaded(files)).diagnostics.map(({ file, line, column, code, message, help }) =>
    `${file}:${line}:${column} ${code}: ${message}${help === undefined ? '' : ` | ${help}`}`)
}

describe('pipelines that call others', () => {
  it('are read with all that they call, each file once, by paths relative to the file that calls', async () => {
    const { pipeline, reads } = await loaded({
      'ci/p.yml': 'steps: { a: { pipeline: ./parts/one.yml, with: { x: [1, "${{ run.id }}"] } }, b: { pipeline: parts/two.yml } }\n',
      'ci/parts/one.yml': 'inputs: { x: { type: json } }\nsteps: { c: { pipeline: ../parts/two.yml } }\n', 'ci/parts/two.yml': 'steps: { d: { run: x } }\n',
    }, 'ci/p.yml')
    expect(reads).toEqual(['ci/parts/one.yml', 'ci/parts/two.yml'])
    expect(pipeline?.steps.get('a')).toMatchObject({ kind: 'pipeline', pipeline: 'ci/parts/one.yml', with: { x: [1, '${{ run.id }}'] } })
    expect([...pipeline?.children.keys() ?? []]).toEqual(['ci/parts/one.yml', 'ci/parts/two.yml'])
    expect(pipeline?.children.get('ci/parts/one.yml')?.children).toBe(pipeline?.children)
  })

  it('are told what they give and nobody takes, what is missing, and what is of another type', async () => {
    expect(await told({
      'p.yml': `steps:
  a: { pipeline: child.yml, with: { who: 1, risk: hgih, n: "\${{ run.attempt }}" } }
  b: { pipeline: child.yml, with: { whom: x } }
  c: { pipeline: child.yml }
  d: { needs: a, run: "echo \${{ steps.a.outputs.greting }}" }
`,
      'child.yml': CHILD,
    })).toEqual([
      'p.yml:2:42 bad-input: the input `who` of `child.yml` must be a text, not the number 1 | put it in quotes',
      'p.yml:2:51 bad-input: the input `risk` of `child.yml` must be `low` or `high`, not `hgih` | did you mean `high`?',
      'p.yml:3:29 missing-input: step `b` does not give the input `who`, which `child.yml` requires | add `who` to it',
      'p.yml:3:37 unknown-input: the pipeline `child.yml` has no input `whom` | did you mean `who`?',
      'p.yml:4:18 missing-input: step `c` does not give the input `who`, which `child.yml` requires | write `with: { who: … }`',
      'p.yml:5:49 undeclared-output: the step `a` declares no output `greting` | did you mean `greeting`?',
    ])
  })

  it('are told the mistakes of what they call in the file where they stand', async () => {
    expect(await told({ 'p.yml': 'steps: { a: { pipeline: child.yml } }\n', 'child.yml': 'steps:\n  x: { rnu: y }\n  z: { run: x, needs: w }\n' })).toEqual([
      expect.stringContaining('child.yml:2:'), expect.stringContaining('child.yml:3:23 unknown-need'),
    ])
    expect(await told({ 'p.yml': 'steps: { a: { pipeline: gone.yml } }\n' })).toEqual([
      'p.yml:1:25 file-missing: there is no file `gone.yml` | the path is relative to the folder of this file',
    ])
  })

  it('may not call each other in a cycle, which is told once with its edges', async () => {
    const { diagnostics } = await loaded({
      'p.yml': 'steps: { a: { pipeline: x.yml } }\n', 'x.yml': 'steps: { b: { pipeline: y.yml } }\n', 'y.yml': 'steps: { c: { pipeline: x.yml } }\n',
    })
    expect(diagnostics).toHaveLength(1)
    expect(diagnostics[0]).toMatchObject({ code: 'cycle', file: 'x.yml', message: 'pipelines call each other in a cycle: `x.yml` → `y.yml` → `x.yml`' })
    expect(diagnostics[0]?.related?.map(({ file, message }) => `${file}: ${message}`)).toEqual([
      'x.yml: step `b` of `x.yml` calls `y.yml`', 'y.yml: step `c` of `y.yml` calls `x.yml`',
    ])
    expect(await told({ 'p.yml': 'steps: { a: { pipeline: ./p.yml } }\n' })).toEqual([
      'p.yml:1:25 cycle: the pipeline `p.yml` calls itself | leave one of these calls out',
    ])
  })

  it('may be neither too deep, nor too many, nor of too many nodes', async () => {
    const chain = (size: number): Record<string, string> => Object.fromEntries(Array.from({ length: size }, (_, at) =>
      [at === 0 ? 'p.yml' : `${at}.yml`, at === size - 1 ? 'steps: { a: { run: x } }\n' : `steps: { a: { pipeline: ${at + 1}.yml } }\n`]))
    expect(await told(chain(11))).toEqual([])
    expect(await told(chain(12))).toEqual([expect.stringContaining('p.yml:1:25 too-deep: pipelines call each other 11 levels deep')])
    const doubling = Object.fromEntries(Object.entries(chain(9)).map(([file, text]) => [file, text.replace('a: { p', 'm: { matrix: { k: [1, 2, 3, 4] }, p')]))
    expect(await told(doubling)).toEqual([expect.stringContaining('too-many-nodes')])
    const wide = Object.fromEntries(Array.from({ length: 120 }, (_, at) => [`${at}.yml`, 'steps: { a: { run: x } }\n']))
    const many = await loaded({ ...wide, 'p.yml': `steps:\n${Object.keys(wide).map((file, at) => `  s${at}: { pipeline: ${file} }\n`).join('')}` })
    expect([many.reads.length, many.diagnostics.length, many.diagnostics[0]?.code]).toEqual([99, 21, 'too-many-nodes'])
  })

  it('take neither an environment nor a workspace, since both are the called pipeline’s own', async () => {
    expect(await told({ 'p.yml': 'steps: { a: { pipeline: c.yml, env: { A: b }, workspace: worktree } }\n', 'c.yml': 'steps: { a: { run: x } }\n' })).toEqual([
      'p.yml:1:32 misplaced-key: step `a` cannot have `env`: it is a `pipeline` step', 'p.yml:1:47 misplaced-key: step `a` cannot have `workspace`: it is a `pipeline` step',
    ])
  })

  it('are not followed where nothing can be read', async () => {
    const { diagnostics, pipeline } = await load('steps: { a: { pipeline: c.yml, with: { x: y } }, b: { needs: a, run: "echo ${{ steps.a.outputs.any }}" } }\n', 'p.yml')
    expect([diagnostics, pipeline?.children.size]).toEqual([[], 0])
  })
})
