import * as fc from 'fast-check'
import { existsSync, readFileSync } from 'node:fs'
import { spawn } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import type { Command } from '../../../src/base/ports.ts'
import { Forker } from '../../../src/host/processes-forker.ts'
import { baseMessage, runMessage } from '../../../src/host/processes-forker-message.ts'
import { prctlNumber } from '../../../src/host/processes-forker-program.ts'
import { createCommandStream } from '../../../src/host/processes-forker-stream.ts'
import { createProcesses } from '../../../src/host/processes.ts'

const PATH = process.env['PATH'] ?? ''
const isUsable = prctlNumber(process.platform, process.arch) !== undefined && existsSync('/usr/bin/perl')

describe('the stream of a command', () => {
  it('passes on all that came before the mark and nothing of the mark, however it is cut', () => {
    const mark = Buffer.from('\u001Eabab1\u001E')
    const text = fc.string({ unit: fc.constantFrom('\u001E', 'a', 'b', '1', '\n') }).filter((said) => !Buffer.from(`${said}\u001Eabab1`).includes(mark))
    fc.assert(fc.property(text, fc.array(fc.nat(30), { maxLength: 6 }), (said, cuts) => {
      const parts: string[] = []
      let completed = 0
      const stream = createCommandStream(mark, (chunk) => parts.push(chunk.toString('latin1')), () => (completed += 1))
      const whole = Buffer.concat([Buffer.from(said), mark])
      const places = [0, ...cuts.filter((cut) => cut < whole.length).sort((a, b) => a - b), whole.length]
      for (let at = 1; at < places.length; at += 1) stream.push(whole.subarray(places[at - 1], places[at]))
      expect([parts.join(''), completed, stream.isComplete]).toEqual([said, 1, true])
    }), { numRuns: 2000 })
  })

  it('gives out what looked like the mark when there is none', () => {
    const parts: string[] = []
    const stream = createCommandStream(Buffer.from('\u001Ex1\u001E'), (chunk) => parts.push(chunk.toString()), () => {})
    stream.push(Buffer.from('end\u001Ex'))
    expect(parts).toEqual(['end'])
    stream.flush()
    expect([parts, stream.isComplete]).toEqual([['end', '\u001Ex'], false])
  })
})

describe('the messages to a forker', () => {
  const command: Command = { argv: ['echo', '', 'a b'], cwd: '/tmp', env: {} }

  it('tell an environment as a difference, and end each text', () => {
    const bytes = runMessage(command, { A: '1', C: 'new' }, { A: '1', B: '2', C: 'old' })
    expect(bytes?.subarray(4).toString()).toBe('/tmp\x003\0echo\0\0a b\x001\0B\0C\0new\0')
    expect(bytes?.readUInt32BE()).toBe((bytes?.length ?? 0) - 4)
    expect(baseMessage('secret', { A: '1' })?.subarray(4).toString()).toBe('secret\0A\x001\0')
  })

  it('cannot hold texts with NUL, names that are none, and what is too long', () => {
    expect(runMessage({ ...command, argv: ['echo', 'a\0b'] }, {}, {})).toBeUndefined()
    expect(runMessage(command, { 'A=B': '1' }, {})).toBeUndefined()
    expect(runMessage(command, { '': '1' }, {})).toBeUndefined()
    expect(runMessage({ ...command, argv: ['echo', 'x'.repeat(100_000)] }, {}, {})).toBeUndefined()
  })
})

describe.runIf(isUsable)('a forker', () => {
  async function run(processes: ReturnType<typeof createProcesses>, argv: readonly [string, ...string[]], env: Record<string, string>, cwd = '/') {
    let [out, err] = ['', '']
    const child = await processes.start({
      argv, cwd, env, onStdout: (chunk) => { out += chunk.toString('latin1') }, onStderr: (chunk) => { err += chunk.toString('latin1') },
    })
    return { ...(await child.ended), out, err, pid: child.pid }
  }
  const ours = (): ReturnType<typeof createProcesses> => createProcesses({ PATH }, { ordinaryStarts: Infinity, marker: 'same' })
  const its = (): ReturnType<typeof createProcesses> => createProcesses({ PATH }, { ordinaryStarts: 0, marker: 'same' })

  it('gives a command the same environment and arguments as we do, byte by byte, and tells the same end', async () => {
    const [one, other] = [ours(), its()]
    const text = fc.string({ unit: fc.constantFrom('a', ' ', '\n', '\'', '"', '$', '\\', '`', '-', '*', 'ü', '😀', '\u001E', '%', '=') , maxLength: 12 })
    const name = fc.constantFrom('A', 'B', 'PWD', 'OLDPWD', 'SHLVL', '_', 'IFS', 'ENV', 'BASH_FUNC_x%%', 'PERL5OPT', 'PERL5LIB', 'LC_ALL')
    await fc.assert(fc.asyncProperty(fc.array(text, { maxLength: 4 }), fc.dictionary(name, text), fc.nat(255), async (args, env, code) => {
      const script = `import os, sys\nsys.stdout.buffer.write(b'\\0'.join(sorted(k + b'=' + v for k, v in os.environb.items())) + b'|' + repr([os.fsencode(a) for a in sys.argv[1:]]).encode())\nos._exit(0) if False else sys.stdout.flush()\nos._exit(${code})`
      const argv = ['python3', '-c', script, ...args] as const
      const [a, b] = [await run(one, argv, { PATH, ...env }), await run(other, argv, { PATH, ...env })]
      expect({ ...b, pid: 0 }).toEqual({ ...a, pid: 0 })
    }), { numRuns: 15 })
  })

  it.each(['exit 143', 'kill -TERM $$', 'kill -SEGV $$', 'exit 0', 'echo out; echo err >&2; exit 127', 'cat; ulimit -n; umask', 'grep -E "^Sig(Blk|Ign)" /proc/self/status', 'ls /proc/self/fd | wc -l'])('and ours are one: %s', async (script) => {
    const [a, b] = [await run(ours(), ['bash', '-c', script], { PATH }), await run(its(), ['bash', '-c', script], { PATH })]
    expect({ ...b, pid: 0 }).toEqual({ ...a, pid: 0 })
  })

  it('keeps the output of each command apart from the next', async () => {
    const processes = its()
    for (let at = 0; at < 20; at += 1) {
      const { out, err } = await run(processes, ['bash', '-c', `printf 'out %s' ${at}; printf 'err %s' ${at} >&2`], { PATH })
      expect([out, err]).toEqual([`out ${at}`, `err ${at}`])
    }
  })

  it('is not used again after a command whose leftover still writes', async () => {
    const processes = its()
    const first = await run(processes, ['bash', '-c', 'echo $PPID; (trap "" TERM; while :; do echo more; done) & sleep 0.01'], { PATH })
    const second = await run(processes, ['bash', '-c', 'echo $PPID'], { PATH })
    expect(second.out).toMatch(/^\d+\n$/)
    expect(second.out.trim()).not.toBe(first.out.split('\n')[0])
  })

  it('is used again after a command whose leftover was only ending', async () => {
    const processes = its()
    const forkers = new Set<string>()
    for (let at = 0; at < 10; at += 1) forkers.add((await run(processes, ['bash', '-c', 'echo $PPID; (while kill -0 $$; do :; done) 2>/dev/null &'], { PATH })).out)
    // It always outlives its command. A busy machine may not end it in time; without patience each command would have a forker of its own.
    expect(forkers.size).toBeLessThan(10)
  })

  it('that is killed counts its command as killed, ends it, and is followed by another', async () => {
    const processes = its()
    let heard = ''
    let wake = (): void => {}
    const child = await processes.start({
      argv: ['bash', '-c', 'echo $PPID; exec sleep 100'], cwd: '/', env: { PATH }, onStderr: () => {}, onStdout: (chunk) => { heard += chunk.toString(); wake() },
    })
    while (!heard.includes('\n')) await new Promise<void>((resolve) => (wake = resolve))
    process.kill(Number(heard), 'SIGKILL')
    expect(await child.ended).toEqual({ exitCode: null, signal: 'SIGKILL' })
    expect(lives(child.pid)).toBe(false)
    expect(await run(processes, ['bash', '-c', 'echo again'], { PATH })).toMatchObject({ exitCode: 0, out: 'again\n' })
  })

  it('that is stopped, and so says nothing any more, is given up', async () => {
    const env = { PATH }
    const forker = new Forker('/usr/bin/perl', prctlNumber(process.platform, process.arch) ?? 0, env, 2000)
    expect(await forker.ready()).toBe(true)
    forker.process.kill('SIGSTOP')
    const command: Command = { argv: ['true'], cwd: '/', env, onStdout: () => {}, onStderr: () => {} }
    await expect(forker.run(command, env)).rejects.toMatchObject({ code: 'EIO' })
    expect(forker.isUsable).toBe(false)
  })

  it('ends with us, even if we are killed', async () => {
    const module = new URL('../../../src/host/processes.ts', import.meta.url).href
    const program = `
      const { createProcesses } = await import('${module}')
      const processes = createProcesses({ PATH: process.env.PATH }, { ordinaryStarts: 0 })
      const start = (script) => processes.start({ argv: ['bash', '-c', script], cwd: '/', env: { PATH: process.env.PATH }, onStdout: (chunk) => process.stdout.write(chunk), onStderr: () => {} })
      await (await start('echo $PPID')).ended
      process.kill(process.pid, 'SIGKILL')`
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
    let said = ''
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
    await new Promise((resolve) => child.once('close', resolve))
    expect(Number(said)).toBeGreaterThan(0)
    while (lives(Number(said))) await new Promise((resolve) => setImmediate(resolve))
  })

  it('keeps no process alive', async () => {
    const module = new URL('../../../src/host/processes.ts', import.meta.url).href
    const program = `
      const { createProcesses } = await import('${module}')
      const processes = createProcesses({ PATH: process.env.PATH }, { ordinaryStarts: 0 })
      await (await processes.start({ argv: ['true'], cwd: '/', env: { PATH: process.env.PATH }, onStdout: () => {}, onStderr: () => {} })).ended`
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'inherit' })
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0)
  })

  it('starts as many commands at once as are wanted', async () => {
    const processes = its()
    const all = await Promise.all(Array.from({ length: 20 }, async (_, at) => run(processes, ['bash', '-c', `echo ${at}`], { PATH })))
    expect(all.map(({ out }) => Number(out))).toEqual(Array.from({ length: 20 }, (_, at) => at))
  })
})

/** A zombie has ended. */
function lives(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}
