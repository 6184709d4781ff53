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
    // Each script writes the value as JSON, with its exact characters.
    const tell = (name: string): string => `printf '%s' "$V" | python3 -c 'import json,sys; print("${name}="+json.dumps(sys.stdin.buffer.read().decode()))' >> "$ORCH_OUTPUT"`
    const folder = folderWith({
      'inputs.json': JSON.stringify(HOSTILE),
      'p.yml': `
inputs:
${names.map((name) => `  ${name}: { type: string }`).join('\n')}
steps:
  quoted:
    outputs: { ${names.map((name) => `${name}: { type: [string] }`).join(', ')} }
    run: |
${names.map((name) => `      V="\${{ inputs.${name} }}"; ${tell(name)}`).join('\n')}
  bare:
    env:
${names.map((name) => `      V_${name}: \${{ inputs.${name} }}`).join('\n')}
    outputs: { ${names.map((name) => `${name}: { type: [string] }`).join(', ')} }
    run: |
${names.map((name) => `      V="$V_${name}"; ${tell(name)}`).join('\n')}
  through:
    needs: quoted
    matrix: { name: [${names.filter((name) => name !== 'long').join(', ')}] }
    outputs: { v: { type: [string] } }
    run: |
      V="\${{ steps.quoted.outputs[matrix.name] }}"; ${tell('v')}
`,
    })
    const { report } = await runFor(0, folder, ['p.yml', '--inputs-file', 'inputs.json'])
    const outputs = Object.fromEntries(report.steps.map((step) => [step.id, step.outputs]))
    expect(outputs.quoted).toEqual(HOSTILE)
    expect(outputs.bare).toEqual(HOSTILE)
    for (const name of names.filter((one) => one !== 'long')) expect([name, outputs[`through(name=${name})`]?.v]).toEqual([name, HOSTILE[name]])
    expect(readdirSync(folder).toSorted()).toEqual(['.orch-run', 'inputs.json', 'p.yml'])
  })
})
