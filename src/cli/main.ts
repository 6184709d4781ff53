import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { parseDuration } from '../base/duration.ts'
import { nearest } from '../document/suggest.ts'
import { complain } from './complain.ts'
import { EXIT } from './exit-code.ts'
import type { GcOptions } from './gc-command.ts'
import type { LogsOptions } from './logs-command.ts'
import type { RunOptions } from './run-options.ts'
import type { RunsOptions } from './runs-command.ts'

declare const __VERSION__: string

/** Parses the arguments and performs one command; the answer is its exit code. Every command loads only what it needs. */
export async function main(argv: readonly string[]): Promise<number> {
  let code: number = EXIT.passed
  const program = createProgram((result) => { code = result })
  const stranger = unknownCommand(program, argv)
  if (stranger !== undefined) return stranger
  try {
    await program.parseAsync(argv, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return error.exitCode === 0 ? EXIT.passed : EXIT.invalid
  }
  return code
}

/** A word in front of a further argument is meant as a command: a run takes one file only. */
function unknownCommand(program: Command, [word = '', next = '-']: readonly string[]): number | undefined {
  const names = program.commands.map((command) => command.name())
  if (!/^[a-z][a-z-]*$/.test(word) || next.startsWith('-') || [...names, 'help'].includes(word)) return undefined
  const near = nearest(word, names)
  complain(`there is no command \`${word}\``, near === undefined ? `commands are ${names.map((name) => `\`${name}\``).join(', ')}` : `did you mean \`${near}\`?`)
  return EXIT.invalid
}

function createProgram(end: (code: number) => void): Command {
  const program = new Command('orch-run')
    .description('Runs declarative pipelines of AI agents, scripts and checks.')
    .version(__VERSION__, '-V, --version')
    .enablePositionalOptions()
    .exitOverride()
    .showSuggestionAfterError()
    .addHelpText('after', '\n`orch-run FILE` is short for `orch-run run FILE`. Exit codes: 0 passed, 1 failed, 2 invalid, 3 stopped by a limit, 4 place not ready,\n5 resume refused, 6 waits for approval, 7 refused by policy, 70 a bug, 128+n ended by signal n.')
  addRun(program, end)
  addLooks(program, end)
  addGates(program, end)
  addHistory(program, end)
  return program
}

function addRun(program: Command, end: (code: number) => void): void {
  runOptions(program.command('run', { isDefault: true }).description('run a pipeline (the default)').argument('<file>', 'the pipeline'))
    .action(async (file: string, options: RunOptions) => end(await (await import('./run-command.ts')).runCommand(file, options)))
  program.command('resume').description('go on with the latest (or named) unfinished run')
    .argument('[run]').option('--frozen', 'take the pipeline as it was run, not as it is now')
    .option('--accept-damaged', 'go on with what can be read of a damaged journal')
    .addOption(input()).addOption(reports()).addOption(ui()).addOption(stateDir()).addOption(concurrency()).addOption(budget()).addOption(replay())
    .addOption(only()).addOption(from()).addOption(noCache()).addOption(autonomy())
    .option('--json', 'the report on standard output, nothing else there')
    .action(async (run: string | undefined, options: RunOptions & { frozen?: boolean; acceptDamaged?: boolean }) => end(await (await import('./resume-command.ts')).resumeCommand(run, options)))
}

function runOptions(command: Command): Command {
  return command
    .addOption(input())
    .option('--inputs-file <file>', 'inputs from a YAML or JSON file')
    .addOption(reports())
    .option('--json', 'the report on standard output, nothing else there')
    .addOption(ui())
    .addOption(concurrency())
    .addOption(budget())
    .option('--base <ref>', 'what worktrees begin from, instead of `workspace.base`')
    .option('--record <dir>', 'record every model call of this run')
    .addOption(replay())
    .addOption(only())
    .addOption(from())
    .addOption(noCache())
    .addOption(autonomy())
    .addOption(stateDir())
    .option('--run-id <id>', 'name of the run')
}

function addLooks(program: Command, end: (code: number) => void): void {
  program.command('validate').description('show all mistakes of pipelines').argument('<files...>')
    .addOption(new Option('--format <format>').choices(['text', 'json', 'github', 'sarif']).default('text'))
    .action(async (files: string[], options: { format: 'text' | 'json' | 'github' | 'sarif' }) => end(await (await import('./validate-command.ts')).validateCommand(files, options.format)))
  program.command('plan').description('show what would run; calls no model').argument('<file>')
    .addOption(new Option('--format <format>').choices(['text', 'json', 'mermaid', 'dot']).default('text'))
    .addOption(input()).option('--inputs-file <file>', 'inputs from a YAML or JSON file').addOption(budget())
    .action(async (file: string, options: RunOptions & { format: 'text' | 'json' | 'mermaid' | 'dot' }) => end(await (await import('./plan-command.ts')).planCommand(file, options)))
  program.command('doctor').description('show what is ready here and what is not, and how to mend it').argument('[file]', 'a pipeline: then what it needs')
    .option('--json', 'as JSON').addOption(stateDir())
    .action(async (file: string | undefined, options: { json?: boolean; stateDir: string }) => end(await (await import('./doctor-command.ts')).doctorCommand(file, options)))
  program.command('init').description('write a pipeline to begin with').argument('[template]', 'one of those that `--list` names', 'fix-issue')
    .option('--output <file>', 'where to, instead of TEMPLATE.yml').option('--workflow', 'a workflow of GitHub Actions for it, too').option('--list', 'what there is')
    .action(async (template: string, options: { output?: string; workflow?: boolean; list?: boolean }) => end(await (await import('./init-command.ts')).initCommand(template, options)))
  program.command('test').description('run tests of pipelines (`*.test.yml`) on recordings; no key, no cost').argument('<files...>')
    .option('--update', 'make the recordings anew by real calls, which need keys and cost money').option('--json', 'the outcomes as JSON')
    .action(async (files: string[], options: { update?: boolean; json?: boolean }) => end(await (await import('./test-command.ts')).testCommand(files, options)))
  program.command('schema').description('print a JSON Schema').argument('[name]', 'pipeline, test or report', 'pipeline')
    .action(async (name: string) => end(await (await import('./schema-command.ts')).schemaCommand(name)))
}

function addGates(program: Command, end: (code: number) => void): void {
  program.command('approve').description('answer a step that waits for approval').argument('<run>').argument('<step>')
    .option('--reject', 'say no').option('--by <name>', 'who answers').option('--comment <text>', 'why').addOption(stateDir())
    .action(async (run: string, step: string, options: { reject?: boolean; by?: string; comment?: string; stateDir: string }) => end(await (await import('./approve-command.ts')).approveCommand(run, step, options)))
  program.command('cancel').description('ask the process that is at work on a run to stop').argument('<run>').addOption(stateDir())
    .action(async (run: string, options: { stateDir: string }) => end(await (await import('./cancel-command.ts')).cancelCommand(run, options)))
}

/** As `runs` tells them. */
const STATUSES = ['passed', 'failed', 'cancelled', 'waiting', 'running', 'interrupted', 'damaged']

function addHistory(program: Command, end: (code: number) => void): void {
  program.command('runs').description('list the runs of this folder').addOption(stateDir()).option('--json', 'as JSON')
    .addOption(new Option('--status <status>', 'only those with this status; repeatable').choices(STATUSES).argParser(oneOf(STATUSES)).default([]))
    .option('--pipeline <name>', 'only those of this pipeline, by its name or file').addOption(new Option('--limit <n>', 'at most so many').argParser(count))
    .action(async (options: RunsOptions) => end(await (await import('./runs-command.ts')).runsCommand(options)))
  program.command('show').description('show one run').argument('<run>').addOption(stateDir()).option('--json', 'its report')
    .action(async (run: string, options: { stateDir: string; json?: boolean }) => end(await (await import('./show-command.ts')).showCommand(run, options)))
  program.command('logs').description('print the output of a run or of one step').argument('<run>').argument('[step]').addOption(stateDir())
    .option('-f, --follow', 'go on until the run ends')
    .action(async (run: string, step: string | undefined, options: LogsOptions) => end(await (await import('./logs-command.ts')).logsCommand(run, step, options)))
  program.command('report').description('print a report of a run').argument('<run>').addOption(stateDir())
    .option('--format <format>', 'json, junit, sarif, markdown or html', 'json')
    .action(async (run: string, options: { stateDir: string; format: string }) => end(await (await import('./report-command.ts')).reportCommand(run, options)))
  program.command('gc').description('remove old runs, with their refs, and what is left over').addOption(stateDir())
    .addOption(new Option('--keep <n>', 'the newest runs stay, so many').argParser(countOrNone))
    .addOption(new Option('--older-than <duration>', 'only runs that ended so long ago; without options 30d').argParser(duration))
    .option('--unfinished', 'also runs that did not pass').option('--dry-run', 'only tell').option('--json', 'as JSON')
    .action(async (options: GcOptions) => end(await (await import('./gc-command.ts')).gcCommand(options)))
}

const input = (): Option => new Option('-i, --input <name=value>', 'an input; `NAME=@file` reads it from a file').argParser(collect).default([])
const reports = (): Option => new Option('--report <format=path>', 'write a report: json, junit, sarif, markdown or html').argParser(collect).default([])
const ui = (): Option => new Option('--ui <ui>', 'how to show the run').choices(['auto', 'tree', 'lines', 'json', 'silent']).default('auto')
const stateDir = (): Option => new Option('--state-dir <dir>', 'where runs are kept').argParser(folder).default('.orch-run')
const concurrency = (): Option => new Option('--concurrency <n>', 'how many steps at once').argParser(count)
const budget = (): Option => new Option('--budget-usd <usd>', 'what the run may cost, instead of `limits.budget_usd`').argParser(money)
const only = (): Option => new Option('--only <step>', 'run this step and all that it needs, nothing else')
const from = (): Option => new Option('--from <step>', 'run this step and all below it again; of the rest keep what an earlier run gave')
const noCache = (): Option => new Option('--no-cache', 'take nothing from the cache; results are still put there')
const autonomy = (): Option => new Option('--autonomy <mode>', 'how much goes without a person, instead of `autonomy`').choices(['full', 'supervised', 'manual'])
const replay = (): Option => new Option('--replay <dir>', 'answer every model call from a recording; needs no key')

function collect(value: string, before: readonly string[]): string[] {
  return [...before, value]
}

function folder(value: string): string {
  if (value === '') throw new InvalidArgumentError('it must name a folder')
  return value
}

function count(value: string): number {
  const number = Number(value)
  if (!/^\d{1,6}$/.test(value) || number < 1) throw new InvalidArgumentError('it must be a whole number of at least 1')
  return number
}

function countOrNone(value: string): number {
  return value === '0' ? 0 : count(value)
}

function duration(value: string): number {
  const ms = parseDuration(value)
  if (ms === undefined) throw new InvalidArgumentError('it must be a duration such as `12h` or `30d`')
  return ms
}

function oneOf(choices: readonly string[]): (value: string, before: readonly string[]) => string[] {
  return (value, before) => {
    if (!choices.includes(value)) throw new InvalidArgumentError(`allowed are ${choices.join(', ')}`)
    return [...before, value]
  }
}

function money(value: string): number {
  const number = Number(value)
  if (!/^\d+(\.\d+)?$/.test(value) || number > 1e9) throw new InvalidArgumentError('the budget must be a number of US dollars, at least 0')
  return number
}
