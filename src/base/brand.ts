/** A string that was proved to be of one kind; the proof is the function that made it. */
type Brand<T, Name extends string> = T & { readonly __brand: Name }

/** A git object name, 40 (SHA-1) or 64 (SHA-256) lower-case hexadecimal digits. */
export type Sha = Brand<string, 'Sha'>

/** Undefined when the text is no object name. */
export function sha(text: string): Sha | undefined {
  return /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(text) ? (text as Sha) : undefined
}
