/** Our own doings in the user's repository while agents work: a guard that knows of them blames nobody else for them. */
export interface Presence {
  /** A step begins to work in the checkout itself; the answer is called when it has ended. */
  enter(): () => void
  /** Begins to watch; the answer tells whether any step has worked there since. */
  watch(): () => boolean
  /** A ref was made or moved by us. */
  published(ref: string, commit: string): void
  /** Whether it was us who let a ref lead to this commit. */
  isOurs(ref: string, commit: string): boolean
}

export function createPresence(): Presence {
  const refs = new Set<string>()
  let present = 0
  let entered = 0
  return {
    enter() {
      present += 1
      entered += 1
      let hasLeft = false
      return () => {
        if (!hasLeft) present -= 1
        hasLeft = true
      }
    },
    watch() {
      const before = entered
      const wasPresent = present > 0
      return () => wasPresent || entered !== before
    },
    published: (ref, commit) => void refs.add(`${ref} ${commit}`),
    isOurs: (ref, commit) => refs.has(`${ref} ${commit}`),
  }
}
