import type { Problem } from '../base/problem.ts'
import { err, ok } from '../base/result.ts'
import { clip, plain } from './plain.ts'
import type { ReportContext, ReportFormat } from './report-format.ts'
import { placeInStack } from './stack.ts'
import { readXml } from './xml.ts'

const LONGEST_MESSAGE = 2000

/**
 * JUnit XML as test runners write it. Each failure and error is a problem; its place is what the attributes say, else the
 * first line of the project in its text. What tests printed is ignored, and so are tests that passed when tried again.
 */
export const junitReport: ReportFormat = {
  source: 'files',
  parse: async (text, context) => {
    const cases = readCases(text)
    if (typeof cases === 'string') return err(cases)
    const problems: Problem[] = []
    for (const one of cases) for (const failure of one.failures) problems.push(await toProblem(one, failure, context))
    return ok({ problems, judged: cases.length })
  },
}

interface TestCase {
  readonly name: string
  readonly className: string
  readonly file: string | undefined
  readonly line: string | undefined
  readonly failures: Failure[]
}

interface Failure {
  readonly message: string
  text: string
}

/** All test cases, and the suites that failed as such; a text when the document is no report. */
function readCases(text: string): TestCase[] | string {
  const cases: TestCase[] = []
  const suites: TestCase[] = []
  let current: TestCase | undefined
  let failure: Failure | undefined
  let root: string | undefined
  const read = readXml(text, {
    open: (name, attributes) => {
      root ??= name
      if (name === 'testsuite') suites.push(toCase(attributes, suites.at(-1)))
      else if (name === 'testcase') {
        current = toCase(attributes, suites.at(-1))
        cases.push(current)
      } else if (name === 'failure' || name === 'error') {
        failure = { message: attributes.get('message') ?? '', text: '' }
        const owner = current ?? suites.at(-1)
        owner?.failures.push(failure)
        if (owner && owner !== current && owner.failures.length === 1) cases.push(owner)
      }
    },
    text: (part) => {
      if (failure) failure.text += part
    },
    close: (name) => {
      if (name === 'testsuite') suites.pop()
      else if (name === 'testcase') current = undefined
      else if (name === 'failure' || name === 'error') failure = undefined
    },
  })
  if (!read.ok) return read.error
  return root === 'testsuites' || root === 'testsuite' ? cases : `is no JUnit report: its root is \`${(root ?? '').slice(0, 80)}\``
}

function toCase(attributes: ReadonlyMap<string, string>, suite: TestCase | undefined): TestCase {
  return {
    name: attributes.get('name') ?? '',
    className: attributes.get('classname') ?? attributes.get('class') ?? '',
    file: attributes.get('file') ?? attributes.get('filepath') ?? suite?.file,
    line: attributes.get('line') ?? attributes.get('lineno'),
    failures: [],
  }
}

async function toProblem(one: TestCase, failure: Failure, context: ReportContext): Promise<Problem> {
  const { file, line, column } = await placeOf(one, failure, context)
  return { file, line, column, severity: 'error', message: messageOf(one, failure), rule: null }
}

function messageOf(one: TestCase, failure: Failure): string {
  const name = one.name === '' ? one.className : one.name
  const told = plain(failure.message).trim()
  const reason = told === '' ? plain(failure.text).trim() : told
  return clip([name, reason].filter((part) => part !== '').join(': ') || 'a test failed', LONGEST_MESSAGE)
}

interface Where {
  readonly file: string | null
  readonly line: number | null
  readonly column: number | null
}

/** The line of a stack is where it failed, that of an attribute where the test begins; so the stack goes first in the same file. */
async function placeOf(one: TestCase, failure: Failure, { places, path }: ReportContext): Promise<Where> {
  const named = one.file === undefined ? undefined : await places.locate(one.file)
  const inStack = await placeInStack(plain(failure.text), places, moduleOf(path))
  if (inStack && (named === undefined || named === inStack.file)) return inStack
  if (named !== undefined) return { file: named, line: positive(one.line), column: null }
  const bare = (await places.locate(one.className)) ?? (await places.locate(one.name))
  return { file: bare ?? null, line: null, column: null }
}

/** Maven and Gradle write their reports below the folder of the module. */
function moduleOf(path: string): string {
  return /^(.*?)(?:target|build)\//.exec(path)?.[1] ?? ''
}

function positive(text: string | undefined): number | null {
  const value = Number(text)
  return Number.isInteger(value) && value > 0 ? value : null
}
