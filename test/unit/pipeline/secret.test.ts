import { describe, expect, it } from 'vitest'
import { formatDiagnostics } from '../../../src/document/format.ts'
import { load } from '../../../src/pipeline/load.ts'
import { maskSecrets } from '../../../src/pipeline/secret.ts'
import { told } from './told.ts'

// Put together here, so that no scanner takes this file for one that holds keys.
const A = 'A1b2C3d4E5f6G7h8I9j0'
const KEYS = [
  `sk-${A}`, `sk-ant-api03-${A}`, `sk-proj-${A}`, `xai-${A}`, `AIza${A}${A}`, `ghp_${A}`, `gho_${A}`, `ghs_${A}`, `github_pat_${A}`, `glpat-${A}`,
  'AKIA' + 'ABCDEFGHIJKLMNOP', `gsk_${A}${A}`, `hf_${A}${A}`,
]

const MESSAGE = 'literal-secret: this looks like a literal key, which must not stand in a file' +
  ' | keep it in the environment and name the variable: by `api_key_env`, or as `${{ secrets.NAME }}`'

describe('what stands in the place of the name of a variable', () => {
  it.each(['"xyz-0123-key"', '0123456789', 'hunter-2!', '[xyz-0123-key]', '*k', '|\n      xyz-0123-key'])('is never shown when it is none: %s', async (value) => {
    const text = `x-key: &k xyz-0123-key\nproviders:\n  p:\n    type: openai\n    api_key_env: ${value}\nsteps: { a: { run: x } }\n`
    const { diagnostics, document } = await load(text, 'p.yml')
    const shown = formatDiagnostics('text', diagnostics, new Map([['p.yml', document.text]]), { color: false })
    expect(diagnostics.map(({ line, severity }) => [line, severity])).toEqual([[5, 'error']])
    if (value !== '*k') expect(document.text.length).toBe(text.length)
    expect(shown).not.toMatch(/xyz|0123|hunter/)
    expect(shown).toContain('api_key_env')
  })

  it('is shown when it is one', async () => {
    const { document } = await load('providers: { p: { type: openai, api_key_env: MY_KEY } }\nsteps: { a: { run: x } }\n', 'p.yml')
    expect(document.text).toContain('MY_KEY')
  })
})

describe('literal keys', () => {
  it('are refused wherever they stand, and told nowhere', async () => {
    for (const key of KEYS) {
      const { diagnostics, document, pipeline } = await load(`# ${key}\nsteps:\n  a: { run: "echo ${key}", env: { K: ${key} }, rnu: ${key} }\n`, 'p.yml')
      expect(diagnostics.filter(({ code }) => code === 'literal-secret').length, key).toBe(4)
      expect(JSON.stringify(diagnostics)).not.toContain(key)
      expect(document.text).not.toContain(key)
      expect(pipeline).toBeUndefined()
    }
  })

  it('are blamed with their quotes, and with nothing else at their place', async () => {
    expect(await told(`providers: { a: { type: anthropic, api_key_env: "sk-ant-${A}" } }\nsteps: { a: { run: x } }\n`)).toEqual([`1:49 ${MESSAGE}`])
    expect(await told(`providers: { a: { type: sk-ant-${A} } }\nsteps: { a: { run: x, needs: sk-${A} } }\n`)).toEqual([`1:25 ${MESSAGE}`, `2:30 ${MESSAGE}`])
  })

  it('of several lines are covered whole, and the file is still read', async () => {
    const key = '-----BEGIN RSA PRIVATE KEY-----\n      MIIabc==\n      -----END RSA PRIVATE KEY-----'
    const { diagnostics, document } = await load(`steps:\n  a:\n    run: |\n      ${key}\n    tiemout: 1s\n`, 'p.yml')
    expect(diagnostics.map(({ line, column, end_line: end, code }) => `${line}:${column}-${end} ${code}`)).toEqual(['4:7-6 literal-secret', '7:5-7 unknown-key'])
    expect(document.text).not.toContain('MIIabc')
  })

  it('are not seen in words that are longer, or shorter', () => {
    for (const text of [`task-${A}`, `risk-ant-${A}`, 'sk-short', 'ghp_x', `xghp_${A}`, 'AKIA', 'sk-the-name-of-a-branch-of-mine']) expect(maskSecrets(text)).toEqual({ text, secrets: [] })
  })

  it('are covered without moving anything else', () => {
    const text = `a: "${KEYS[1]}"\nb: 😀 ${KEYS[5]} c\n`
    const masked = maskSecrets(text)
    expect(masked.text).toHaveLength(text.length)
    expect(masked.secrets.map(({ start, end }) => text.slice(start, end))).toEqual([`"${KEYS[1]}"`, KEYS[5]])
  })
})
