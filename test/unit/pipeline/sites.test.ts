import { describe, expect, it } from 'vitest'
import { codes, told } from './told.ts'

describe('expressions', () => {
  it('are refused where nothing evaluates them', async () => {
    const text = 'name: "${{ inputs.a }}"\ninputs: { a: { default: "${{ env.X }}" } }\nproviders: { p: { type: openai } }\n' +
      'agents: { bot: { model: p/m, instructions: "Do ${{ inputs.a }}" } }\nworkspace: { base: "${{ inputs.a }}" }\n' +
      'steps:\n  a: { run: x, shell: "${{ inputs.a }}", matrix: { x: ["${{ inputs.a }}"] }, timeout: 5s }\n'
    expect(await codes(text)).toEqual([
      '1:7 stray-expression', '2:25 stray-expression', '4:44 stray-expression', '5:20 stray-expression', '7:23 stray-expression', '7:56 stray-expression',
    ])
  })

  it('may stand in everything that is evaluated', async () => {
    const text = 'inputs: { a: { default: x } }\nenv: { A: "${{ inputs.a }}" }\nproviders: { p: { type: openai } }\n' +
      'agents: { bot: { model: p/m, env: { B: "${{ inputs.a }}" } } }\nchecks: { c: { run: "echo \\"${{ inputs.a }}\\"" } }\n' +
      'workspace: { setup: "echo \\"${{ inputs.a }}\\"" }\nsteps:\n' +
      '  a: { name: "${{ inputs.a }}", run: "echo \\"${{ env.A }}\\"", if: inputs.a == \'x\', env: { C: "${{ inputs.a }}" }, matrix: { x: "${{ fromJSON(inputs.a) }}" } }\n' +
      '  b: { needs: a, agent: bot, prompt: "${{ steps.a.outputs.any }}", verify: c, matrix: "${{ fromJSON(inputs.a) }}" }\n' +
      'outputs: { d: "${{ steps.b.outputs.text }}" }\n'
    expect(await told(text)).toEqual([])
  })

  it('see only the steps that are needed, however indirectly', async () => {
    const step = (id: string, needs: string, of: string): string => `  ${id}: { run: 'echo "\${{ steps.${of}.outputs.x }}"', needs: [${needs}] }\n`
    expect(await told(`steps:\n  a: { run: x }\n  b: { run: x, needs: a }\n${step('c', 'b', 'a')}${step('d', 'a', 'b')}`)).toEqual([
      '5:30 step-not-needed: the step `b` is not needed by this one, so its result is not known here | add `b` to `needs`',
    ])
  })

  it('see the outputs that a step declares, or any of a script that declares none', async () => {
    const text = 'providers: { p: { type: openai } }\nagents: { bot: { model: p/m } }\nsteps:\n  any: { run: x }\n  list: { run: x, outputs: [v] }\n' +
      '  map: { run: x, outputs: { w: { type: string } } }\n  talk: { agent: bot, prompt: x, outputs: { plan: {} } }\n' +
      '  use:\n    needs: [any, list, map, talk]\n    env:\n' +
      ['any.outputs.q', 'list.outputs.v', 'list.outputs.q', 'map.outputs.w', 'map.outputs.q', 'talk.outputs.text', 'talk.outputs.plan', 'talk.outputs.q']
        .map((access, i) => `      A${i}: \${{ steps.${access} }}\n`).join('') + '    run: x\n'
    expect(await codes(text)).toEqual(['13:34 undeclared-output', '15:33 undeclared-output', '18:34 undeclared-output'])
  })

  it('of a check see what all of its steps see', async () => {
    const check = 'checks: { c: { run: "echo \\"${{ steps.a.outputs.x }} ${{ matrix.os }}\\"" } }\n'
    expect(await codes(`${check}steps: { a: { run: x }, b: { needs: a, check: c, matrix: { os: [x] } } }\n`)).toEqual([])
    expect(await codes(`${check}steps: { a: { run: x }, b: { needs: a, check: c, matrix: { os: [x] } }, d: { check: c } }\n`)).toEqual(['1:39 step-not-needed', '1:58 matrix-missing'])
  })

  it('do not see what is not yet there', async () => {
    expect(await codes('env: { A: "${{ env.B }} ${{ steps.a.status }} ${{ matrix.x }}" }\nsteps: { a: { run: x } }\n')).toEqual([
      '1:16 context-unavailable', '1:29 context-unavailable', '1:51 context-unavailable',
    ])
    expect(await codes('steps: { a: { run: x, matrix: "${{ matrix.x }}" } }\n')).toEqual(['1:36 context-unavailable'])
  })

  it('know the keys of a matrix, also those that `include` adds', async () => {
    const matrix = 'matrix: { os: [x], include: [{ os: x, extra: 1 }] }'
    expect(await codes(`steps: { a: { ${matrix}, name: "\${{ matrix.os }} \${{ matrix.extra }} \${{ matrix.nod }}", run: x } }\n`)).toEqual(['1:123 unknown-matrix-key'])
  })

  it('ask for the status of the run in conditions only', async () => {
    expect(await codes('steps: { a: { run: x, needs: b, if: failure() }, b: { run: x, name: "${{ failure() }}" } }\n')).toEqual(['1:74 status-function-misplaced'])
  })

  it('are refused in a script that no POSIX shell reads', async () => {
    expect(await told('inputs: { a: {} }\nsteps: { a: { shell: /usr/bin/python3 -u, run: "print(${{ inputs.a }})" } }\n')).toEqual([
      '2:48 shell-expression: step `a` has an expression in a script for `/usr/bin/python3`, which only a POSIX shell could take as a variable | give the value to the script by `env`',
    ])
    expect(await told('inputs: { a: {} }\nsteps: { a: { shell: /bin/zsh -e, run: "echo \\"${{ inputs.a }}\\"" } }\n')).toEqual([])
  })

  it('are told once where an alias repeats them', async () => {
    expect(await codes('steps:\n  a: &a { run: x, name: "${{ inputs.q }}" }\n  b: *a\n')).toEqual(['2:37 unknown-input'])
  })
})
