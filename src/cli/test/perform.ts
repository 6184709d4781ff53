import { dirname, join, resolve } from 'node:path'
import { isObject } from '../../base/json.ts'
import type { Ports } from '../../base/ports.ts'
import { err, ok } from '../../base/result.ts'
import type { Result } from '../../base/result.ts'
import type { TestText } from '../../pipeline/vocabulary/test.ts'
import type { Report } from '../../report/vocabulary/report.ts'
import { createTextDecoder } from '../../step/text-decoder.ts'
import { EXIT } from '../exit-code.ts'
import { Stop } from '../stop.ts'
import { testPlace } from './place.ts'

export interface TestOrder {
  /** The file of tests, absolute: paths in it are relative to its folder. */
  readonly file: string
  readonly pipeline: string
  readonly test: TestText
  /** Whether the recording is made anew by real calls, instead of being played. */
  readonly update: boolean
}

/** What a replay may see of the environment: no key, and nothing of the job that it runs in. */
const SEEN = ['PATH', 'HOME', 'USER', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'SystemRoot']

/** One test as a run of its own, in a process of its own and a fresh repository: its report, or what it said instead of one. */
export async function performTest(ports: Ports, order: TestOrder, env: Readonly<Record<string, string>>): Promise<Result<Report, string>> {
  const folder = dirname(order.file)
  const repository = order.test.repository === undefined ? undefined : resolve(folder, order.test.repository)
  await findFolder(ports, repository, 'repository')
  const recording = resolve(folder, order.test.recording)
  if (!order.update) await findFolder(ports, recording, 'recording')
  const place = await testPlace(ports, repository)
  try {
    const inputs = join(place.root, '.git', 'orch-run-inputs.json')
    await ports.files.write(inputs, JSON.stringify(order.test.inputs ?? {}))
    const argv: [string, ...string[]] = [
      process.execPath, process.argv[1] ?? '', 'run', resolve(folder, order.pipeline), '--inputs-file', inputs, '--json', '--ui', 'silent', '--run-id', 'test',
      order.update ? '--record' : '--replay', recording,
    ]
    const seen = order.update ? env : Object.fromEntries(SEEN.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])))
    return await reportOf(ports, argv, place.root, seen)
  } finally {
    await place.leave()
  }
}

async function findFolder(ports: Ports, folder: string | undefined, what: string): Promise<void> {
  if (folder === undefined || (await ports.files.stat(folder))?.kind === 'folder') return
  throw new Stop(EXIT.invalid, `the ${what} \`${folder}\` is no folder`, what === 'recording' ? 'make it by `orch-run test --update`' : undefined)
}

async function reportOf(ports: Ports, argv: readonly [string, ...string[]], cwd: string, env: Readonly<Record<string, string>>): Promise<Result<Report, string>> {
  let stdout = ''
  let stderr = ''
  const out = createTextDecoder((text) => { stdout += text })
  const complaint = createTextDecoder((text) => { stderr += text })
  const child = await ports.processes.start({ argv, cwd, env, onStdout: out.push, onStderr: complaint.push })
  const { exitCode, signal } = await child.ended
  out.end()
  complaint.end()
  const report = parsed(stdout)
  return report ?? err(stderr.trim() === '' ? `the run ended with ${exitCode === null ? (signal ?? 'a signal') : `exit code ${exitCode}`} and no report` : stderr.trim())
}

function parsed(text: string): Result<Report, string> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) && Array.isArray(value.steps) ? ok(value as unknown as Report) : undefined
  } catch {
    return undefined
  }
}
