import { nearest } from '../document/suggest.ts'
import { didYouMean } from './phrase.ts'

/** How many comparisons of words one kind of mistake may cost: thousands of unknown names among thousands must not take minutes. */
const MOST_COMPARISONS = 200_000

/** Next steps for unknown words among known ones, until too much was compared. */
export function createSuggestions(known: readonly string[]): (word: string) => string | undefined {
  let left = MOST_COMPARISONS
  return (word) => {
    left -= known.length
    return left < 0 ? undefined : didYouMean(nearest(word, known))
  }
}
