/** Money is counted in whole pico-dollars (10⁻¹² USD): a token of the cheapest model costs thousands of them, so sums are exact. */
export type Pico = bigint

const PICO_PER_USD = 1_000_000_000_000n

/**
 * Pico-dollars of an amount written in USD; digits beyond the twelfth are rounded half up.
 * Undefined for what is no finite amount ≥ 0 or is above a billion dollars.
 */
export function usdToPico(usd: number): Pico | undefined {
  if (!Number.isFinite(usd) || usd < 0 || usd > 1e9) return undefined
  return decimalToScaled(usd, 12)
}

/** Pico-dollars per token of a price in USD per million tokens: 10⁻⁶ USD is 10⁶ pico-dollars. */
export function pricePerToken(usdPerMillion: number): Pico | undefined {
  if (!Number.isFinite(usdPerMillion) || usdPerMillion < 0 || usdPerMillion > 1e6) return undefined
  return decimalToScaled(usdPerMillion, 6)
}

/** The decimal number that the author wrote, not its binary neighbour: 0.1 must be exactly 10⁻¹. */
function decimalToScaled(value: number, digits: number): bigint {
  const [mantissa = '0', exponent = '0'] = value.toExponential().split('e')
  const [whole = '0', fraction = ''] = mantissa.split('.')
  const shift = Number(exponent) - fraction.length + digits
  const all = BigInt(whole + fraction)
  if (shift >= 0) return all * 10n ** BigInt(shift)
  const divisor = 10n ** BigInt(-shift)
  return (all + divisor / 2n) / divisor
}

/** The nearest number of USD, for reports. */
export function picoToUsd(pico: Pico): number {
  return Number(picoToDecimal(pico))
}

/** Exact decimal text in USD without trailing zeros: `0.000123`. */
export function picoToDecimal(pico: Pico): string {
  const sign = pico < 0n ? '-' : ''
  const digits = (pico < 0n ? -pico : pico).toString().padStart(13, '0')
  const fraction = digits.slice(-12).replace(/0+$/, '')
  return `${sign}${digits.slice(0, -12)}${fraction === '' ? '' : `.${fraction}`}`
}

/** For people: `$0.0123`, four digits after the point, `$0` for nothing and `<$0.0001` for next to nothing. */
export function formatUsd(pico: Pico): string {
  if (pico === 0n) return '$0'
  if (pico > 0n && pico < PICO_PER_USD / 10_000n) return '<$0.0001'
  return `$${(Number(pico / 10_000n) / 1e8).toFixed(4)}`
}
