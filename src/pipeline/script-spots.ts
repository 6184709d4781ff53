/** Where in a script an expression stands, as far as the shell's grammar tells. */
export interface Spot {
  /** `here`: in a here-document that expands, `here-quoted`: in one that does not. `ansi` is `$'…'`. */
  quotes: 'none' | 'double' | 'single' | 'ansi' | 'here' | 'here-quoted' | 'comment'
  /** Where the shell, or a program that it starts, would evaluate what the variable holds. */
  evaluated: Evaluated | undefined
  /** A bare `$` stands directly before it, which would take the next one for its own. */
  readonly isAfterDollar: boolean
  /** In how many backticks it stands: each halves the backslashes in it before it is read. */
  readonly level: number
  /** The shell splits the value into words and expands `*` in it. */
  readonly splits: boolean
}

/**
 * `arithmetic`: `$(( ))`, an index, `[[ -eq ]]`; `comparison`: `[ -eq ]`, which some shells calculate; `name`: the name of a
 * variable, whose index would be evaluated; `code`: `eval`, `bash -c`, a script on standard input.
 */
export type Evaluated = 'arithmetic' | 'comparison' | 'name' | 'code'

/** What the shell would expand, and what it would leave as it is. */
export function expands(spot: Spot): boolean {
  return spot.quotes === 'none' || spot.quotes === 'double' || spot.quotes === 'here'
}
