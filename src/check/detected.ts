export type DetectedKind = 'types' | 'lint' | 'tests'

/** A check that the project itself tells of. */
export interface Detected {
  readonly script: string
  /** The file that told so, relative to the project's folder. */
  readonly from: string
  readonly report: { readonly format: string; readonly path: string | undefined } | undefined
}

/** A project's folder, as far as detecting looks. */
export interface Project {
  /** Undefined when there is no such file, or it cannot be read. */
  read(name: string): Promise<string | undefined>
  has(name: string): Promise<boolean>
}

export type Detector = (project: Project) => Promise<ReadonlyMap<DetectedKind, Detected>>
