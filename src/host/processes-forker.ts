import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import { constants } from 'node:os'
import { PortError } from '../base/ports.ts'
import type { ChildEnd, Command } from '../base/ports.ts'
import { baseMessage, runMessage } from './processes-forker-message.ts'
import { FORKER_PROGRAM } from './processes-forker-program.ts'
import { createCommandStream } from './processes-forker-stream.ts'
import type { CommandStream } from './processes-forker-stream.ts'

/** A command that a forker has started. */
export interface Forked {
  readonly pid: number
  readonly ended: Promise<ForkedEnd>
}

/**
 * `nothing` of it is left: its output is complete, and the forker is free for the next command. `something` lives on, and may
 * write. `unknown`: the forker itself has ended, and took with it how the command did.
 */
export interface ForkedEnd extends ChildEnd {
  readonly left: 'nothing' | 'something' | 'unknown'
}

/** A forker that says nothing for so long, however busy the machine is, was stopped. */
const MOST_SILENCE_MS = 20_000

type Streams = readonly [CommandStream, CommandStream]

/** The command under way. */
interface Job {
  readonly streams: Streams
  readonly started: (pid: number | undefined) => void
  readonly failed: (error: PortError) => void
  readonly ended: (end: ForkedEnd) => void
  end: { readonly status: number; readonly marked: number } | undefined
}

/** A small process that starts commands for us, one at a time. An idle one keeps no process alive, and ends with ours. */
export class Forker {
  readonly process: ChildProcess & { readonly stdout: Socket; readonly stderr: Socket }
  readonly #control: Socket
  readonly #secret = randomBytes(12).toString('hex')
  readonly #base: Readonly<Record<string, string>>
  readonly #mostSilenceMs: number
  #count = 0
  #line = ''
  #job: Job | undefined
  #onReady: ((isReady: boolean) => void) | undefined
  #isUsable = true

  /** `base` is what the environments of its commands have in common; they may differ in everything. */
  constructor(program: string, prctl: number, base: Readonly<Record<string, string>>, mostSilenceMs = MOST_SILENCE_MS) {
    const child = spawn(program, ['-e', FORKER_PROGRAM, String(prctl)], { cwd: '/', env: {}, detached: true, stdio: ['ignore', 'pipe', 'pipe', 'pipe'] })
    this.process = child as Forker['process']
    this.#base = base
    this.#mostSilenceMs = mostSilenceMs
    const control = child.stdio[3] as Socket
    this.#control = control
    child.on('error', () => this.#lost()).once('exit', () => this.retire())
    child.unref()
    control.on('error', () => this.#lost()).on('close', () => this.#lost()).on('data', (chunk: Buffer) => this.#hear(chunk))
    for (const [at, pipe] of [this.process.stdout, this.process.stderr].entries()) {
      pipe.on('error', () => {}).on('data', (chunk: Buffer) => this.#pass(at, chunk))
      pipe.unref()
    }
  }

  /** False after a command that left something behind, or when the forker has ended. */
  get isUsable(): boolean {
    return this.#isUsable
  }

  /** Resolves when it can be given commands, to false when it never will. */
  async ready(): Promise<boolean> {
    const base = baseMessage(this.#secret, this.#base)
    if (this.process.pid === undefined || base === undefined) {
      this.retire()
      return false
    }
    const silence = this.#endOnSilence()
    const isReady = await new Promise<boolean>((resolve) => (this.#onReady = resolve))
    clearTimeout(silence)
    if (isReady) this.#control.write(base)
    this.#control.unref()
    return isReady
  }

  /**
   * Undefined when the command can only be started, or refused, in the ordinary way. Rejects with `EIO` when the forker was
   * killed meanwhile: then nobody knows whether the command was started.
   */
  async run(command: Command, environment: Readonly<Record<string, string>>): Promise<Forked | undefined> {
    const message = runMessage(command, environment, this.#base)
    if (message === undefined) return undefined
    this.#count += 1
    const mark = Buffer.from(`\u001E${this.#secret}${this.#count}\u001E`)
    const ended = Promise.withResolvers<ForkedEnd>()
    const silence = this.#endOnSilence()
    const pid = await new Promise<number | undefined>((started, failed) => {
      const complete = (): void => this.#settle()
      const streams: Streams = [
        createCommandStream(mark, command.onStdout ?? (() => {}), complete), createCommandStream(mark, command.onStderr ?? (() => {}), complete),
      ]
      this.#job = { streams, started, failed, ended: ended.resolve, end: undefined }
      this.#control.ref()
      this.#control.write(message)
    }).finally(() => clearTimeout(silence))
    return pid === undefined ? undefined : { pid, ended: ended.promise }
  }

  /** It starts nothing any more, and ends as soon as its command has. */
  retire(): void {
    this.#isUsable = false
    this.#control.end()
  }

  /** One that was stopped can only be killed; then it is as if somebody else had killed it. */
  #endOnSilence(): NodeJS.Timeout {
    return setTimeout(() => {
      this.process.kill('SIGKILL')
      this.#lost()
    }, this.#mostSilenceMs)
  }

  #hear(chunk: Buffer): void {
    const lines = (this.#line + chunk.toString('latin1')).split('\n')
    this.#line = lines.pop() ?? ''
    for (const line of lines) {
      const [word, ...numbers] = line.split(' ')
      if (word === 'ready') this.#onReady?.(true)
      else if (word === 'started') this.#job?.started(Number(numbers[0]))
      else if (word === 'refused') this.#refused()
      else if (word === 'ended') this.#ended(Number(numbers[0]), numbers[1] === '1', Number(numbers[2]))
    }
  }

  #pass(at: number, chunk: Buffer): void {
    const stream = this.#job?.streams[at]
    // Whoever writes while there is no command, or behind the mark, is a stranger to the next one.
    if (!stream || stream.isComplete) this.retire()
    else stream.push(chunk)
  }

  #refused(): void {
    const job = this.#job
    this.#job = undefined
    this.#control.unref()
    job?.started(undefined)
  }

  #ended(status: number, isLeft: boolean, marked: number): void {
    if (!this.#job) return
    if (isLeft) {
      this.retire()
      for (const stream of this.#job.streams) stream.flush()
      this.#job.ended({ ...childEnd(status), left: 'something' })
      return
    }
    this.#job.end = { status, marked }
    this.#settle()
  }

  /** The command has ended when both its status and its last output are known. */
  #settle(): void {
    const job = this.#job
    if (!job?.end) return
    const { status, marked } = job.end
    if (job.streams.some((stream, at) => (marked & (1 << at)) !== 0 && !stream.isComplete)) return
    for (const stream of job.streams) stream.flush()
    this.#job = undefined
    this.#control.unref()
    job.ended({ ...childEnd(status), left: 'nothing' })
  }

  #lost(): void {
    this.#isUsable = false
    this.#onReady?.(false)
    this.#job?.failed(new PortError('EIO', this.process.spawnfile, 'the process that starts programs was killed'))
    this.#job?.ended({ exitCode: null, signal: 'SIGKILL', left: 'unknown' })
  }
}

/** As `wait` tells it: the signal in the lower bits, or else the exit code above them. */
function childEnd(status: number): ChildEnd {
  const signal = status & 127
  return signal === 0 ? { exitCode: (status >> 8) & 255, signal: null } : { exitCode: null, signal: SIGNAL_NAMES.get(signal) ?? `SIG${signal}` }
}

const SIGNAL_NAMES = new Map(Object.entries(constants.signals).map(([name, number]) => [number, name]))
