/**
 * Whether a pattern fits a whole text: `*` is any run of characters, `?` is one, all else is itself. What `literal` says of a
 * character is matched by no wildcard. Takes at most pattern times text steps, whatever both are.
 */
export function fitsWildcard(pattern: string, text: string, literal: (character: string) => boolean = () => false): boolean {
  const glob = Array.from(pattern)
  const characters = Array.from(text)
  let at = 0
  let star = -1
  let resume = 0
  for (let index = 0; index < characters.length; ) {
    const character = characters[index] ?? ''
    const wanted = glob[at]
    if (wanted === '*') {
      star = at
      resume = index
      at += 1
    } else if (wanted === '?' ? !literal(character) : wanted === character) {
      at += 1
      index += 1
    } else if (star >= 0 && !literal(characters[resume] ?? '')) {
      resume += 1
      index = resume
      at = star + 1
    } else return false
  }
  while (glob[at] === '*') at += 1
  return at === glob.length
}
