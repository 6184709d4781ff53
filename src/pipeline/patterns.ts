/**
 * The forms that texts of a pipeline have, as regular expressions of the schema. What they mean is told by `FORMS`, so that a
 * mistake is explained in words and never by its pattern.
 */
export const STEP_ID = '^[a-z][a-z0-9_-]{0,63}$'
export const NAME = '^(?!__proto__$)[A-Za-z_][A-Za-z0-9_-]{0,63}$'
export const ENV_NAME = '^(?!__proto__$)[A-Za-z_][A-Za-z0-9_]*$'
export const HEADER_NAME = "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$"
export const ONE_LINE = '^[^\\u0000\\r\\n]*$'
export const FILLED = '\\S'
export const DURATION = '^(?=.*[1-9])([0-9]{1,9}(\\.[0-9]{1,3})?(ms|s|m|h|d))+$'
export const MODEL = '^[^/\\s]+/\\S+$'
/** One expression for a whole matrix, for one of its lists, and for a list of tasks: the same form, told in other words. */
export const MATRIX_EXPRESSION = '^\\s*\\$\\{\\{[\\s\\S]*\\}\\}\\s*$'
export const LIST_EXPRESSION = '^\\s*[$]\\{\\{[\\s\\S]*\\}\\}\\s*$'
export const TOOL = '^(files|files\\.read|shell|web|memory|messages|mcp\\.(?!__proto__(\\.|$))[A-Za-z_][A-Za-z0-9_-]{0,63}(\\.[A-Za-z0-9_.-]{1,128})?)$'
export const TASKS_EXPRESSION = '^\\s*\\$[{]\\{[\\s\\S]*\\}\\}\\s*$'
export const REPORT = '^(tsc|eslint-json|junit:.+|sarif:.+)$'
export const INSIDE_PATH = '^(?![/\\\\~])(?![A-Za-z]:)(?!(\\./*)*$)(?!([^\\u0000]*[/\\\\])?\\.\\.([/\\\\]|$))[^\\u0000]+$'
export const OWN_PATH = '^(?![/\\\\~])(?![A-Za-z]:[/\\\\])[^\\u0000]+$'
export const FILE_PATH = '^[^\\u0000]+$'
export const HTTP_URL = '^https?://[^\\s/?#]+'
/** A host in full, in lower case: no `*`, no address, no port. */
export const HOST = '^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$'
export const BASE = '^[^-\\s\\u0000-\\u001f\\u007f][^\\u0000-\\u001f\\u007f]*$'
/** What git takes as the name of a branch; where an expression makes it, git is asked when it is known. */
export const BRANCH = '^([\\s\\S]*\\$\\{\\{[\\s\\S]*|(?![-/.])(?!.*(\\.\\.|@\\{|//|/\\.|\\.lock(/|$)|[./]$))[^\\s~^:?*\\[\\\\\\u0000-\\u001f\\u007f]+)$'
export const FREE = '^free$'

export interface Form {
  /** Code of the diagnostic for a text that lacks it. */
  readonly code: string
  /** Completes "it must be …". */
  readonly wanted: string
  /** Whether `wanted` tells what else than a text may stand there, too. */
  readonly isWhole?: true
}

export const FORMS: ReadonlyMap<string, Form> = new Map<string, Form>([
  [STEP_ID, { code: 'bad-name', wanted: 'a lower-case letter and then at most 63 lower-case letters, digits, `_` or `-`' }],
  [NAME, { code: 'bad-name', wanted: 'a letter or `_` and then at most 63 letters, digits, `_` or `-`' }],
  [ENV_NAME, { code: 'bad-name', wanted: 'the name of an environment variable: letters, digits and `_`, no digit first' }],
  [HEADER_NAME, { code: 'bad-name', wanted: 'the name of a header: letters, digits and `-`' }],
  [ONE_LINE, { code: 'bad-value', wanted: 'a single line' }],
  [FILLED, { code: 'empty-value', wanted: 'a text that is not empty' }],
  [DURATION, { code: 'bad-duration', wanted: 'a duration above zero with its unit, such as `500ms`, `30s`, `10m` or `1h30m`' }],
  [MODEL, { code: 'bad-model', wanted: '`PROVIDER/MODEL`, the name of a provider and what it calls the model' }],
  [MATRIX_EXPRESSION, { code: 'bad-matrix', wanted: 'a mapping of lists, or one expression that gives it: `${{ … }}`', isWhole: true }],
  [TASKS_EXPRESSION, { code: 'bad-tasks', wanted: 'a list of tasks, or one expression that gives it: `${{ … }}`', isWhole: true }],
  [LIST_EXPRESSION, { code: 'bad-matrix', wanted: 'a list of values, or one expression that gives it: `${{ … }}`', isWhole: true }],
  [TOOL, { code: 'unknown-value', wanted: '`files`, `files.read`, `shell`, `web`, `memory`, `messages`, `mcp.SERVER` or `mcp.SERVER.TOOL`' }],
  [REPORT, { code: 'unknown-value', wanted: 'one of `tsc`, `eslint-json`, `junit:GLOB` or `sarif:PATH`' }],
  [INSIDE_PATH, { code: 'bad-path', wanted: 'a relative path inside the repository, without `..` and without a NUL character' }],
  [OWN_PATH, { code: 'bad-path', wanted: 'a path relative to the folder of this file' }],
  [FILE_PATH, { code: 'bad-path', wanted: 'a path: not empty, without a NUL character' }],
  [HTTP_URL, { code: 'bad-url', wanted: 'a URL that begins with `http://` or `https://`' }],
  [HOST, { code: 'bad-value', wanted: 'the full name of a host in lower case, such as `registry.npmjs.org`: no `*`, no address, no port' }],
  [BASE, { code: 'bad-value', wanted: '`HEAD`, `working-tree` or a branch, tag or commit' }],
  [BRANCH, { code: 'bad-name', wanted: 'the name of a branch, such as `fix/dates`' }],
  [FREE, { code: 'bad-price', wanted: '`free`, or a mapping of prices in USD per million tokens', isWhole: true }],
])

/** Shells that take a script by `-c` and expand `"$NAME"`: in these alone an expression may stand in a script. */
export const POSIX_LIKE = /^(.*\/)?(sh|bash|dash|ash|ksh|mksh|zsh)$/
