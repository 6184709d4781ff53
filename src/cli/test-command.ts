import { resolve } from 'node:path'
import { formatDuration } from '../base/duration.ts'
import type { Ports } from '../base/ports.ts'
import { loadTests } from '../pipeline/test-file.ts'
import type { TestFileText, TestText } from '../pipeline/vocabulary/test.ts'
import { plainLine } from '../ui/plain.ts'
import { showDiagnostics } from './complain.ts'
import { EXIT } from './exit-code.ts'
import { environment, realPorts } from './ports.ts'
import { readSource } from './source.ts'
import { orStop, Stop } from './stop.ts'
import { differences } from './test/expectation.ts'
import { performTest } from './test/perform.ts'

interface TestOptions {
  readonly json?: boolean
  readonly update?: boolean
}

interface Outcome {
  readonly file: string
  readonly name: string
  readonly passed: boolean
  readonly duration_ms: number
  /** In what it was not as expected. */
  readonly differences: readonly string[]
}

/** Runs tests of pipelines on their recordings, one after the other; the exit code is 1 when one of them is not as expected. */
export async function testCommand(paths: readonly string[], options: TestOptions): Promise<number> {
  return orStop(async () => {
    const ports = realPorts(environment())
    const files = await Promise.all(paths.map(async (path) => readTests(ports, path)))
    const outcomes: Outcome[] = []
    for (const { file, tests } of files) {
      for (const [name, test] of Object.entries(tests.tests)) {
        const outcome = await tried(ports, file, name, tests.pipeline, test, options.update === true)
        outcomes.push(outcome)
        if (options.json !== true) process.stdout.write(`${told(outcome)}\n`)
      }
    }
    const failed = outcomes.filter(({ passed }) => !passed).length
    process.stdout.write(options.json === true ? `${JSON.stringify(outcomes, undefined, 2)}\n` : `${outcomes.length - failed} passed, ${failed} failed\n`)
    return failed === 0 ? EXIT.passed : EXIT.failed
  })
}

async function readTests(ports: Ports, path: string): Promise<{ file: string; tests: TestFileText }> {
  const read = await readSource(ports.files, path, process.cwd())
  if ('diagnostic' in read) throw new Stop(EXIT.invalid, read.diagnostic.message)
  const { file, text } = read.source
  const loaded = loadTests(text, file)
  showDiagnostics(loaded.diagnostics, new Map([[file, loaded.text]]))
  if (!loaded.tests) throw new Stop(EXIT.invalid, `\`${file}\` is no valid file of tests, nothing was run`)
  return { file, tests: loaded.tests }
}

async function tried(ports: Ports, file: string, name: string, pipeline: string, test: TestText, update: boolean): Promise<Outcome> {
  const began = ports.clock.elapsed()
  const report = await performTest(ports, { file: resolve(process.cwd(), file), pipeline, test, update }, environment())
  const found = report.ok ? await differences(test.expect ?? {}, report.value, ports.patterns) : [report.error]
  return { file, name, passed: found.length === 0, duration_ms: Math.round(ports.clock.elapsed() - began), differences: found }
}

function told({ file, name, passed, duration_ms, differences: found }: Outcome): string {
  const head = `${passed ? '✔' : '✖'} ${plainLine(file)}: ${plainLine(name)} (${formatDuration(duration_ms)})`
  return [head, ...found.flatMap((text) => text.split('\n').map((line, index) => `${index === 0 ? '  - ' : '    '}${plainLine(line)}`))].join('\n')
}
