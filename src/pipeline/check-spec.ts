export type CheckKind = 'syntax' | 'types' | 'lint' | 'tests' | 'custom'

export interface CheckSpec {
  readonly name: string
  readonly kind: CheckKind
  /** A template. */
  readonly run: string
  readonly timeoutMs: number | undefined
  readonly expect: ExpectSpec
  readonly report: CheckReportSpec | undefined
  readonly gate: 'block' | 'warn'
}

export interface ExpectSpec {
  readonly exitCode: number
  readonly stdoutMatches: string | undefined
  readonly stderrMatches: string | undefined
  /** In neither stream. */
  readonly notMatches: string | undefined
}

export interface CheckReportSpec {
  readonly format: string
  /** Glob of the files, relative to the workspace; undefined where the report is the standard output. */
  readonly path: string | undefined
}
