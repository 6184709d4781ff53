/** A node waits for a person before it starts. */
export interface GateOpened {
  readonly type: 'gate-opened'
  readonly node: string
  readonly fingerprint: string
  readonly gate: Gate
}

/** `risk` and `delivery`: whether it may start; `change`: whether others may build on what it changed. */
export interface Gate {
  readonly reason: 'risk' | 'delivery' | 'change'
  readonly question: string
}
