/** The schema of a pipeline without descriptions. */
export const shape: Readonly<Record<string, unknown>>
