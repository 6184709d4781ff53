import { dirname, relative, resolve, sep } from 'node:path'
import { nearest } from '../document/suggest.ts'
import { complain } from './complain.ts'
import { EXIT } from './exit-code.ts'
import { environment, realPorts } from './ports.ts'
import { orStop, Stop } from './stop.ts'
import { templates } from './templates.generated.js'

interface InitOptions {
  readonly output?: string
  readonly workflow?: boolean
  readonly list?: boolean
}

/** Which workflow sets a pipeline off; all others are started by hand or by the clock. */
const WORKFLOWS: Readonly<Record<string, string>> = { 'review-pr': 'review', 'fix-issue': 'fix-on-label' }

/** Writes a ready pipeline into the folder, and says what to do next. Nothing that is there already is touched. */
export async function initCommand(template: string, options: InitOptions): Promise<number> {
  return orStop(async () => {
    if (options.list === true) return list()
    const text = Object.hasOwn(templates.pipelines, template) ? templates.pipelines[template] : undefined
    if (text === undefined) return unknown(template)
    const file = options.output ?? `${template}.yml`
    const workflow = options.workflow === true ? `.github/workflows/${template}.yml` : undefined
    await write(file, withSchema(text, file))
    if (workflow !== undefined) await write(workflow, workflowOf(template, file))
    process.stdout.write(`${[`wrote ${file}`, ...(workflow === undefined ? [] : [`wrote ${workflow}`]), '', 'next:', ...nextSteps(file, text, workflow)].join('\n')}\n`)
    return EXIT.passed
  })
}

function list(): number {
  const rows = Object.entries(templates.pipelines).map(([name, text]) => `${name.padEnd(24)} ${/^description: (.+)$/m.exec(text)?.[1] ?? ''}`)
  process.stdout.write(`${rows.join('\n')}\n`)
  return EXIT.passed
}

function unknown(template: string): number {
  const names = Object.keys(templates.pipelines)
  const near = nearest(template, names)
  complain(`there is no template \`${template}\``, near === undefined ? `there are ${names.map((name) => `\`${name}\``).join(', ')}` : `did you mean \`${near}\`?`)
  return EXIT.invalid
}

async function write(file: string, text: string): Promise<void> {
  const { files } = realPorts(environment())
  const path = resolve(process.cwd(), file)
  if ((await files.stat(path)) !== undefined) throw new Stop(EXIT.invalid, `\`${file}\` is there already`, 'choose another one by `--output`, or move it away')
  await files.makeFolder(dirname(path))
  await files.replace(path, text, 0o644)
}

/** Editors complete by the schema of the installed package. */
function withSchema(text: string, file: string): string {
  const schema = relative(dirname(resolve(process.cwd(), file)), resolve(process.cwd(), 'node_modules/orch-run/schemas/pipeline.schema.json')).split(sep).join('/')
  return text.replace(/^(# yaml-language-server: \$schema=).*$/m, `$1${schema.startsWith('.') ? schema : `./${schema}`}`)
}

function workflowOf(template: string, file: string): string {
  return (templates.workflows[WORKFLOWS[template] ?? 'nightly'] ?? '').replace(/^(\s+pipeline: ).*$/m, `$1${file}`)
}

function nextSteps(file: string, text: string, workflow: string | undefined): string[] {
  const inputs = [...text.matchAll(/^ {2}(\w+): \{ type: \w+, (?:required: true|default: "")/gm)].map(([, name = '']) => ` -i ${name}="…"`)
  return [
    `  orch-run validate ${file}      shows mistakes`,
    `  orch-run plan ${file}          shows what would run, and what it can cost at the most`,
    '  export ANTHROPIC_API_KEY=…     the key; or choose another provider in the file',
    `  orch-run ${file}${inputs.slice(0, 1).join('')}`,
    ...(workflow === undefined ? [] : ['  gh secret set ANTHROPIC_API_KEY   for the workflow; then commit both files']),
  ]
}
