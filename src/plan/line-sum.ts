/**
 * The sum of an amount over the turns `first` to `last`, both counted. The amount must be a straight line of the turn, but for
 * places from which on it is higher, as where a dearer price begins; a hundred thousand turns then take a few dozen questions.
 */
export function lineSum(first: number, last: number, amount: (turn: number) => bigint): bigint {
  if (last < first) return 0n
  const known = new Map<number, bigint>()
  const ask = (turn: number): bigint => {
    const value = known.get(turn) ?? amount(turn)
    known.set(turn, value)
    return value
  }
  let sum = 0n
  const open: [number, number][] = [[first, last]]
  for (let range = open.pop(); range; range = open.pop()) {
    const [from, to] = range
    if (to - from < 3) {
      for (let turn = from; turn <= to; turn += 1) sum += ask(turn)
      continue
    }
    const middle = (from + to) >> 1
    if (isStraight([from, middle, to], ask)) sum += ((ask(from) + ask(to)) * BigInt(to - from + 1)) / 2n
    else open.push([from, middle], [middle + 1, to])
  }
  return sum
}

function isStraight([from, middle, to]: readonly [number, number, number], ask: (turn: number) => bigint): boolean {
  return (ask(middle) - ask(from)) * BigInt(to - middle) === (ask(to) - ask(middle)) * BigInt(middle - from)
}
