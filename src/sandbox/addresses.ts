/** Blocks of IPv4 addresses that belong to machines, networks and clouds themselves, not to the world: `[base, bits]`. */
const INSIDE_V4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8], ['10.0.0.0', 8], ['100.64.0.0', 10], ['127.0.0.0', 8], ['169.254.0.0', 16], ['172.16.0.0', 12], ['192.0.0.0', 24],
  ['192.88.99.0', 24], ['192.168.0.0', 16], ['198.18.0.0', 15], ['224.0.0.0', 3],
  // Azure answers questions of its machines at an address that looks like everybody's.
  ['168.63.129.16', 32],
]

/**
 * Whether an address is anybody's in the internet: not this machine, no private network, no link, no service of a cloud, and
 * none that hides such a one in IPv6. What is no address is not public.
 */
export function isPublicAddress(address: string): boolean {
  const v4 = numberOf(address)
  if (v4 !== undefined) return !INSIDE_V4.some(([base, bits]) => v4 >>> (32 - bits) === (numberOf(base) ?? 0) >>> (32 - bits))
  const groups = groupsOf(address)
  // All that is given out so far begins with 001.
  if (!groups || (groups[0] ?? 0) >>> 13 !== 1) return false
  const [first = 0, second = 0] = groups
  const isTunnel = first === 0x2002 || (first === 0x2001 && second < 0x0200) || (first === 0x2001 && second === 0x0db8)
  return !isTunnel
}

function numberOf(address: string): number | undefined {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(address)?.slice(1).map(Number)
  if (!parts || parts.some((part) => part > 255)) return undefined
  return parts.reduce((number, part) => number * 256 + part, 0) >>> 0
}

/** The eight groups of an IPv6 address without a zone; undefined for anything else. */
function groupsOf(address: string): number[] | undefined {
  if (!/^[0-9a-f:]+$/i.test(address) || !address.includes(':')) return undefined
  const halves = address.split('::')
  if (halves.length > 2) return undefined
  const [before = [], after = []] = halves.map((half) => (half === '' ? [] : half.split(':')))
  const missing = 8 - before.length - after.length
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined
  const words = [...before, ...Array.from({ length: missing }, () => '0'), ...after]
  return words.every((word) => /^[0-9a-f]{1,4}$/i.test(word)) ? words.map((word) => Number.parseInt(word, 16)) : undefined
}

/** A name of a host as it may be allowed: lower-case labels, at least two, the last with a letter first as no address has it. */
export function isHostName(name: string): boolean {
  return name.length <= 253 && /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(name)
}
