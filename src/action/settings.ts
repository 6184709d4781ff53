import { getInput } from '@actions/core'

/** What the workflow says under `with`. */
export interface Settings {
  readonly pipeline: string
  /** YAML or JSON; empty where there are none. */
  readonly inputs: string
  readonly args: readonly string[]
  readonly budgetUsd: string
  readonly resume: boolean
  readonly comment: boolean
  readonly annotations: boolean
  readonly token: string
}

/** An error is a sentence that begins with the input's name. */
export function readSettings(): Settings | string {
  const args = splitArguments(getInput('args'))
  if (args === undefined) return '`args` has a quote that is not closed'
  const resume = oneOf('resume', ['auto', 'off'])
  const comment = oneOf('comment', ['auto', 'off'])
  const annotations = oneOf('annotations', ['true', 'false'])
  for (const one of [resume, comment, annotations]) if (!one.ok) return one.error
  const pipeline = getInput('pipeline')
  if (pipeline === '') return '`pipeline` must name a file'
  return {
    pipeline, args, inputs: getInput('inputs'), budgetUsd: getInput('budget-usd'), token: getInput('github-token'),
    resume: resume.value === 'auto', comment: comment.value === 'auto', annotations: annotations.value === 'true',
  }
}

/** The first word is what an input means that is not given. */
function oneOf(name: string, words: readonly string[]): { readonly ok: boolean; readonly value: string; readonly error: string } {
  const value = getInput(name) === '' ? (words[0] ?? '') : getInput(name)
  return { ok: words.includes(value), value, error: `\`${name}\` must be ${words.map((word) => `\`${word}\``).join(' or ')}, not \`${value}\`` }
}

/** Words as a shell would split them, with quotes and without anything else of a shell; undefined where a quote stays open. */
export function splitArguments(text: string): string[] | undefined {
  const words: string[] = []
  let word: string | undefined
  let quote = ''
  for (const character of text) {
    if (quote !== '' && character === quote) quote = ''
    else if (quote !== '') word = (word ?? '') + character
    else if (character === "'" || character === '"') [quote, word] = [character, word ?? '']
    else if (!/\s/.test(character)) word = (word ?? '') + character
    else if (word !== undefined) {
      words.push(word)
      word = undefined
    }
  }
  if (quote !== '') return undefined
  return word === undefined ? words : [...words, word]
}
