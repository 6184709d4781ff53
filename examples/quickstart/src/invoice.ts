export interface Line {
  readonly name: string
  readonly quantity: number
  /** In cents, so that sums are exact. */
  readonly unitPrice: number
}

export interface Discount {
  /** From how many pieces of one line on it is given. */
  readonly from: number
  readonly percent: number
}

/** The total of an invoice in cents; each line is discounted by the best discount that its quantity reaches. */
export function total(lines: readonly Line[], discounts: readonly Discount[]): number {
  let sum = 0
  for (const line of lines) {
    sum += discounted(line, discounts)
  }
  return sum
}

function discounted(line: Line, discounts: readonly Discount[]): number {
  const full = line.quantity * line.unitPrice
  const discount = discounts.find((candidate) => line.quantity > candidate.from)
  return discount === undefined ? full : full - (full * discount.percent) / 100
}
