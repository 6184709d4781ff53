import { join, resolve } from 'node:path'
import { info, saveState, setSecret, summary, warning } from '@actions/core'
import { isObject } from '../base/json.ts'
import type { Ports } from '../base/ports.ts'
import { readGithub } from '../cli/facts.ts'
import { main } from '../cli/main.ts'
import { EXIT } from '../cli/exit-code.ts'
import { trustOf } from '../forge/trust.ts'
import { markdownOf } from '../report/markdown.ts'
import type { Report } from '../report/vocabulary/report.ts'
import { newRunId } from '../store/run-id.ts'
import { annotate } from './annotations.ts'
import { commentOn } from './comment.ts'
import { writeOutputs } from './outputs.ts'
import type { Settings } from './settings.ts'
import { createState } from './state.ts'
import type { State } from './state.ts'

/** Where the action keeps its runs, below the checkout. */
const STATE_DIR = '.orch-run'

/** The job's step, whole: the run, and everything by which the job, the pull request and later steps learn of it. */
export async function runAction(settings: Settings, ports: Ports, env: Readonly<Record<string, string>>): Promise<number> {
  mask(env)
  const folder = resolve(process.cwd(), STATE_DIR)
  const github = await readGithub(ports.files, env)
  const state = settings.resume ? await openState(settings, ports, env, folder, trustOf(github)?.trusted === true) : undefined
  const unfinished = (await state?.restore()) === true ? await unfinishedRun(ports, folder) : undefined
  const id = unfinished ?? newRunId(ports.clock, ports.random)
  const code = unfinished === undefined ? await begin(settings, ports, id) : await goOn(settings, id)
  const path = join(folder, 'runs', id, 'report.json')
  const report = await readReport(ports, path)
  if (report && settings.annotations) annotate(report)
  if (code === EXIT.invalid && !report) await main(['validate', settings.pipeline, '--format', 'github'])
  writeOutputs(report, path)
  if (report) await tell(settings, ports, env, github, report)
  saveState('unfinished', String(state !== undefined && report !== undefined && code !== EXIT.passed))
  return code
}

/** What the job must not show, whoever prints it. */
function mask(env: Readonly<Record<string, string>>): void {
  const values = Object.entries(env).filter(([name, value]) => /(_|^)(KEY|TOKEN|SECRET|PASSWORD)$|^INPUT_GITHUB-TOKEN$/i.test(name) && value.length >= 8)
  for (const [, value] of values) setSecret(value)
}

async function openState(settings: Settings, ports: Ports, env: Readonly<Record<string, string>>, folder: string, trusted: boolean): Promise<State> {
  const marks = [settings.pipeline, settings.inputs, settings.args.join(' '), trusted ? 'trusted' : 'untrusted']
  saveState('marks', JSON.stringify(marks))
  return createState(ports, env, folder, await ports.git.inspect(process.cwd()), marks)
}

async function begin(settings: Settings, ports: Ports, id: string): Promise<number> {
  const inputs = await inputsFile(settings, ports, id)
  const budget = settings.budgetUsd === '' ? [] : ['--budget-usd', settings.budgetUsd]
  return main(['run', settings.pipeline, '--run-id', id, '--state-dir', STATE_DIR, ...inputs, ...budget, ...settings.args])
}

async function goOn(settings: Settings, id: string): Promise<number> {
  info(`goes on with the run ${id} of an earlier job`)
  return main(['resume', id, '--state-dir', STATE_DIR, ...(settings.budgetUsd === '' ? [] : ['--budget-usd', settings.budgetUsd])])
}

async function inputsFile({ inputs }: Settings, ports: Ports, id: string): Promise<string[]> {
  if (inputs.trim() === '') return []
  const folder = process.env.RUNNER_TEMP ?? resolve(process.cwd(), STATE_DIR)
  const path = join(folder, `orch-run-inputs-${id}.yml`)
  await ports.files.makeFolder(folder)
  await ports.files.write(path, inputs, 0o600)
  return ['--inputs-file', path]
}

/** The run that an earlier job left unfinished. */
async function unfinishedRun(ports: Ports, folder: string): Promise<string | undefined> {
  const entries = (await ports.files.stat(join(folder, 'runs'))) === undefined ? [] : await ports.files.list(join(folder, 'runs'))
  for (const name of entries.map((entry) => entry.name).sort().reverse()) {
    const report = await readReport(ports, join(folder, 'runs', name, 'report.json'))
    if (report) return report.run.status === 'passed' ? undefined : name
  }
  return undefined
}

async function readReport({ files }: Ports, path: string): Promise<Report | undefined> {
  if ((await files.stat(path)) === undefined) return undefined
  const value: unknown = JSON.parse(await files.read(path))
  return isObject(value) && Array.isArray(value.steps) ? (value as unknown as Report) : undefined
}

/** To people: the summary of the job, and the comment on the pull request. */
async function tell(settings: Settings, ports: Ports, env: Readonly<Record<string, string>>, github: Awaited<ReturnType<typeof readGithub>>, report: Report): Promise<void> {
  const text = markdownOf(report)
  if (env.GITHUB_STEP_SUMMARY !== undefined) await summary.addRaw(text, true).write()
  const why = settings.comment && settings.token !== '' ? await commentOn(ports, env, settings.token, github, report.run.pipeline, text) : undefined
  if (why !== undefined) warning(`the pull request has no comment: ${why}`)
}
