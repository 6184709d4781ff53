/** Provider, model and (by the provider) credential: what limits, breakers and prices belong to. */
export interface Lane {
  readonly provider: string
  readonly model: string
}

/** As the author writes it. */
export function laneName({ provider, model }: Lane): string {
  return `${provider}/${model}`
}
