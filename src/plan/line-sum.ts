/**
 * The sum of `amount` from `first` to `last`, where `amount` is a line that may be followed by a dearer one: as long as it
 * follows the line of its first two values it is summed at once, and what comes behind is summed likewise. Asks for few values,
 * however many there are.
 */
export function lineSum(first: number, last: number, amount: (turn: number) => bigint): bigint {
  let sum = 0n
  for (let start = first; start <= last; ) {
    const begin = amount(start)
    const slope = start < last ? amount(start + 1) - begin : 0n
    const end = lastOnLine(start, last, (turn) => amount(turn) === begin + slope * BigInt(turn - start))
    const count = BigInt(end - start + 1)
    sum += count * begin + (slope * count * (count - 1n)) / 2n
    start = end + 1
  }
  return sum
}

/** By halving: once a value has left the line, none behind it comes back. */
function lastOnLine(start: number, last: number, isOn: (turn: number) => boolean): number {
  let on = Math.min(start + 1, last)
  let off = last + 1
  while (off - on > 1) {
    const middle = Math.floor((on + off) / 2)
    if (isOn(middle)) on = middle
    else off = middle
  }
  return on
}
