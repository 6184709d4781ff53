/** Texts by name: the files of `pipelines` and of `examples/workflows`. */
export const templates: {
  readonly pipelines: Readonly<Record<string, string>>
  readonly workflows: Readonly<Record<string, string>>
}
