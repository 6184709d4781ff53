import { describe, expect, it } from 'vitest'
import { hiddenValues, namedSecrets } from '../../../src/cli/secrets.ts'
import { load } from '../../../src/pipeline/load.ts'

describe('secrets that a pipeline names', () => {
  it('are those that are set, in every way of writing them', () => {
    const env = { A_KEY: 'a', B: 'b', C: 'c', E: 'e' }
    expect(namedSecrets('${{ secrets.A_KEY }} ${{ SECRETS [ \'B\' ] }} ${{ secrets . C }} ${{ secrets.D }} ${{ mysecrets.E }}', env)).toEqual({ A_KEY: 'a', B: 'b', C: 'c' })
  })
})

describe('what is hidden', () => {
  it('are named secrets, keys of providers, tokens of CI and every part of secret inputs', async () => {
    const { pipeline } = await load(
      'inputs:\n  open: { type: string }\n  pass: { type: json, secret: true }\nproviders: { one: { type: anthropic }, two: { type: openai, api_key_env: MY_KEY } }\nsteps: { a: { run: echo } }\n',
      'p.yml',
    )
    if (!pipeline) throw new Error('the pipeline of this test is not valid')
    const env = { ANTHROPIC_API_KEY: 'key-1', MY_KEY: 'key-2', GITHUB_TOKEN: 'token', PATH: '/bin', GH_TOKEN: '' }
    const hidden = hiddenValues(pipeline, { NAMED: 'named' }, { open: 'shown', pass: { user: 'me', codes: [1234, true, null] } }, env)
    expect(hidden.toSorted()).toEqual(['1234', 'key-1', 'key-2', 'me', 'named', 'token'])
  })
})
