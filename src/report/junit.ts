import type { Run } from '../run/run.ts'
import { jsonReport } from './json.ts'
import type { ReportExtras } from './json.ts'
import { problemLine } from './problem-line.ts'
import type { Report, ReportCheck, ReportStep } from './vocabulary/report.ts'

/**
 * JUnit's XML in the form that Jenkins, GitLab and GitHub's viewers read: a suite for each node, in it a test case for the node
 * itself and one for each of its checks. What was not run, waits or was cancelled is skipped, with its status as the reason.
 */
export function junitReport(run: Run, extras: ReportExtras): string {
  const report = jsonReport(run, extras)
  const suites = report.steps.map((step) => suiteOf(report, step))
  const attributes = { name: report.run.pipeline, time: seconds(report.run.duration_ms), ...counts(suites.flatMap(({ cases }) => cases)) }
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element('testsuites', attributes, suites.map(({ xml }) => xml))}\n`
}

interface Case {
  readonly outcome: 'passed' | 'failed' | 'skipped'
  readonly xml: string
}

function suiteOf(report: Report, step: ReportStep): { readonly cases: readonly Case[]; readonly xml: string } {
  const group = `${report.run.pipeline}.${step.id}`
  const cases = [stepCase(group, step), ...step.checks.map((check) => checkCase(group, check))]
  const { tests, failures } = counts(cases)
  const skipped = String(cases.filter(({ outcome }) => outcome === 'skipped').length)
  const started = step.started_at === null ? {} : { timestamp: step.started_at.replace(/\.\d+Z$/, '') }
  const attributes = { name: step.id, tests, failures, errors: '0', skipped, time: seconds(step.duration_ms), ...started }
  return { cases, xml: element('testsuite', attributes, [propertiesOf(step), ...cases.map(({ xml }) => xml)].filter((part) => part !== '')) }
}

function propertiesOf(step: ReportStep): string {
  const known = { kind: step.kind, agent: step.agent, model: step.model, commit: step.commit, cost_usd: step.cost_usd === 0 ? null : String(step.cost_usd) }
  const properties = Object.entries(known).flatMap(([name, value]) => (value === null ? [] : [element('property', { name, value }, [])]))
  return element('properties', {}, properties)
}

function stepCase(classname: string, step: ReportStep): Case {
  const attributes = { name: step.id, classname, time: seconds(step.duration_ms) }
  if (step.status === 'passed') return { outcome: 'passed', xml: element('testcase', attributes, []) }
  if (step.status !== 'failed') return { outcome: 'skipped', xml: element('testcase', attributes, [element('skipped', {}, [text(step.status)])]) }
  const { code, message } = step.failure ?? { code: 'failed', message: 'it failed' }
  return { outcome: 'failed', xml: element('testcase', attributes, [element('failure', { type: code, message }, [text(message)])]) }
}

/** A failed check with gate `warn` fails nobody: it is a case that passed, with its findings as output. */
function checkCase(classname: string, check: ReportCheck): Case {
  const attributes = { name: check.name, classname, time: seconds(check.duration_ms) }
  const message = check.message ?? 'it failed'
  const findings = text([message, ...check.problems.map(problemLine)].join('\n'))
  if (check.status === 'passed') return { outcome: 'passed', xml: element('testcase', attributes, []) }
  if (check.gate === 'warn') return { outcome: 'passed', xml: element('testcase', attributes, [element('system-out', {}, [findings])]) }
  return { outcome: 'failed', xml: element('testcase', attributes, [element('failure', { type: 'check-failed', message }, [findings])]) }
}

function counts(cases: readonly Case[]): { readonly tests: string; readonly failures: string } {
  return { tests: String(cases.length), failures: String(cases.filter(({ outcome }) => outcome === 'failed').length) }
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3)
}

function element(name: string, attributes: Readonly<Record<string, string>>, children: readonly string[]): string {
  const head = [name, ...Object.entries(attributes).map(([key, value]) => `${key}="${text(value).replaceAll('\n', '&#10;')}"`)].join(' ')
  if (children.length === 0) return `<${head}/>`
  const isMarkup = children[0]?.startsWith('<') === true
  return isMarkup ? `<${head}>\n${children.join('\n')}\n</${name}>` : `<${head}>${children.join('')}</${name}>`
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** Escaped, and without the characters that no XML document may hold, not even as references. */
function text(value: string): string {
  return value.toWellFormed().replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd').replace(/[&<>"]/g, (character) => ENTITIES[character] ?? '')
}
