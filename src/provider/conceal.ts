const LONGEST = 400

/** Makes a provider's own words fit to be shown: no secret, no control character, not too long. */
export type Conceal = (text: string) => string

/** `secrets`: the key, and the values of custom headers, which may be keys too. */
export function createConceal(secrets: readonly (string | undefined)[]): Conceal {
  const hidden = secrets.filter((secret) => secret !== undefined && secret.length >= 6).sort((a, b) => (b?.length ?? 0) - (a?.length ?? 0))
  return (text) => {
    let shown = text
    for (const secret of hidden) if (secret !== undefined) shown = shown.replaceAll(secret, '***')
    shown = shown.replace(/\b(sk|pk|key|bearer)[-_ ][\w*.-]{8,}/gi, '***').replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim()
    return shown.length > LONGEST ? `${shown.slice(0, LONGEST)}…` : shown
  }
}
