import { readdirSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import { folderWith, removeFolders } from '../rig/program.ts'
import { runFor } from '../rig/report.ts'

afterAll(removeFolders)

/** What a title, a branch or a comment may hold; each would leave a file `pwned` if any shell read it as source. */
const HOSTILE: Readonly<Record<string, string>> = {
  double_quote: '"; touch pwned; echo "',
  single_quote: "'; touch pwned; echo '",
  substitution: '$(touch pwned)',
  backticks: '`touch pwned`',
  variable: '${HOME} $PATH ${x:=$(touch pwned)}',
  separators: '; touch pwned & touch pwned | touch pwned && touch pwned',
  newlines: 'one\ntouch pwned\n\ntwo\n',
  heredoc: 'EOF\ntouch pwned\nORCH_OUTPUT<<EOF',
  bidirectional: 'a\u202Etouch pwned\u202C\u2066b\u2069',
  controls: 'a\u001B[31mred\u0007\tb\u007F',
  long: 'x"$(touch pwned)'.repeat(7000),
  option: '-n -e --help',
  glob: '* ?? [a-z] ~ {a,b}',
  backslashes: '\\"; touch pwned; \\',
  expression: '${{ inputs.glob }} ::set-output name=a::b',
}

describe('hostile values', () => {
  it('reach a script through double quotes, `env`, a step\'s output and a matrix as they are, and nothing of them is executed', async () => {
    const names = Object.keys(HOSTILE)
    const shown = (list: readonly string[]): string => list.map((name) => `${name}: { type: [string] }`).join(', ')
    const folder = folderWith({
      'inputs.json': JSON.stringify(HOSTILE),
      // Writes every variable `V_NAME` as JSON, with its exact characters, to the outputs.
      'tell.py': `import json, os
with open(os.environ["ORCH_OUTPUT"], "a") as out:
    for name, value in os.environb.items():
        if name.startswith(b"V_"): print(name[2:].decode() + "=" + json.dumps(value.decode()), file=out)
`,
      'p.yml': `
inputs:
${names.map((name) => `  ${name}: { type: string }`).join('\n')}
steps:
  quoted:
    outputs: { ${shown(names)} }
    run: |
${names.map((name) => `      export V_${name}="\${{ inputs.${name} }}"`).join('\n')}
      python3 tell.py
  bare:
    env:
${names.map((name) => `      V_${name}: \${{ inputs.${name} }}`).join('\n')}
    outputs: { ${shown(names)} }
    run: python3 tell.py
  through:
    needs: quoted
    matrix: { name: [${names.filter((name) => name !== 'long').join(', ')}] }
    outputs: { ${shown(['v'])} }
    run: |
      export V_v="\${{ steps.quoted.outputs[matrix.name] }}"
      python3 tell.py
`,
    })
    const { report } = await runFor(0, folder, ['p.yml', '--inputs-file', 'inputs.json'])
    const outputs = Object.fromEntries(report.steps.map((step) => [step.id, step.outputs]))
    expect(outputs.quoted).toEqual(HOSTILE)
    expect(outputs.bare).toEqual(HOSTILE)
    for (const name of names.filter((one) => one !== 'long')) expect([name, outputs[`through(name=${name})`]?.v]).toEqual([name, HOSTILE[name]])
    expect(readdirSync(folder).toSorted()).toEqual(['.orch-run', 'inputs.json', 'p.yml', 'tell.py'])
  })
})
