/** One thing that a run may need, and how it stands. */
export interface Finding {
  readonly name: string
  /** `missing`: what was asked for cannot run without it; `optional`: something can. */
  readonly state: 'ready' | 'missing' | 'optional'
  readonly detail: string
  /** How to mend it; null where there is nothing to mend. */
  readonly help: string | null
}

export function ready(name: string, detail: string): Finding {
  return { name, state: 'ready', detail, help: null }
}

/** `isNeeded`: the pipeline that was named cannot run without it. */
export function lacking(name: string, detail: string, help: string, isNeeded: boolean): Finding {
  return { name, state: isNeeded ? 'missing' : 'optional', detail, help }
}
