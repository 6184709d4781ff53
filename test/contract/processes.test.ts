import { existsSync, readFileSync } from 'node:fs'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Child, Command, Processes } from '../../src/base/ports.ts'
import { createProcesses, sweepTree } from '../../src/host/processes.ts'

const PATH = process.env['PATH'] ?? ''
const isLinux = process.platform === 'linux'

describe.each([
  ['started by ourselves', () => createProcesses({ PATH }, { ordinaryStarts: Infinity })],
  ['started by a forker', () => createProcesses({ PATH }, { ordinaryStarts: 0 })],
])('processes, %s', (_name, create) => {
  let folder = ''
  let processes: Processes
  const children: Child[] = []

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'orch-processes-'))
    processes = create()
  })
  afterEach(async () => {
    await Promise.all(children.splice(0).map((child) => child.stop(0)))
    await rm(folder, { recursive: true })
  })

  /** Starts a script; `said` resolves as soon as its output fits, `out` and `err` hold all of it. */
  async function script(text: string, more: Partial<Command> = {}) {
    const heard = { out: '', err: '' }
    let wake = (): void => {}
    const hear = (stream: 'out' | 'err') => (chunk: Buffer) => {
      heard[stream] += chunk.toString()
      wake()
    }
    const child = await processes.start({
      argv: ['bash', '-c', text], cwd: folder, env: { PATH }, onStdout: hear('out'), onStderr: hear('err'), ...more,
    })
    children.push(child)
    const said = async (pattern: RegExp): Promise<string[]> => {
      for (;;) {
        const match = pattern.exec(heard.out)
        if (match) return [...match]
        await new Promise<void>((resolve) => (wake = resolve))
      }
    }
    return { child, heard, said }
  }

  it('gives both streams apart and the exit code', async () => {
    const { child, heard } = await script('echo out; echo err >&2; exit 7')
    expect(await child.ended).toEqual({ exitCode: 7, signal: null })
    expect(heard).toEqual({ out: 'out\n', err: 'err\n' })
  })

  it('tells the signal that ended a child', async () => {
    const { child } = await script('kill -KILL $$')
    expect(await child.ended).toEqual({ exitCode: null, signal: 'SIGKILL' })
  })

  it('starts the program in the given folder with nothing of our environment', async () => {
    const { child, heard } = await script('pwd -P; printf "%s|%s|%s" "$HOME" "$ONE" "$__proto__"', { env: { PATH, ONE: 'a\n"b"' } })
    await child.ended
    expect(heard.out).toBe(`${folder}\n|a\n"b"|`)
  })

  it('makes the child the leader of a group of its own', async () => {
    const { child, heard } = await script('ps -o pgid= -p $$')
    await child.ended
    expect(Number(heard.out)).toBe(child.pid)
  })

  it('closes the standard input when there is none', async () => {
    const { child, heard } = await script('cat; echo end')
    await child.ended
    expect(heard.out).toBe('end\n')
  })

  it('hands over a long input and does not mind a child that leaves it unread', async () => {
    const input = 'x'.repeat(1_000_000)
    const { child, heard } = await script('wc -c', { input })
    await child.ended
    expect(heard.out.trim()).toBe('1000000')
    const { child: deaf } = await script('exit 0', { input })
    expect(await deaf.ended).toEqual({ exitCode: 0, signal: null })
  })

  it('has all of a long output when the end is told', async () => {
    const { child, heard } = await script('head -c 3000000 /dev/zero | tr "\\0" x')
    await child.ended
    expect(heard.out.length).toBe(3_000_000)
  })

  it('hands arguments over as they are, without a shell', async () => {
    const argv: [string, ...string[]] = ['printf', '%s|', '$HOME', '"; touch pwned', '*', '']
    const { child, heard } = await script('', { argv })
    await child.ended
    expect(heard.out).toBe('$HOME|"; touch pwned|*||')
  })

  it('rejects with the name of a program that is not there', async () => {
    await expect(script('', { argv: ['no-such-program-x'] })).rejects.toMatchObject({
      name: 'PortError', code: 'ENOENT', subject: 'no-such-program-x', message: 'the program `no-such-program-x` was not found',
    })
  })

  it('tells a missing folder from a missing program', async () => {
    const cwd = join(folder, 'gone')
    await expect(script('true', { cwd })).rejects.toMatchObject({
      name: 'PortError', code: 'ENOTDIR', subject: cwd, message: `the folder \`${cwd}\` does not exist`,
    })
  })

  it('tells a missing interpreter and a file without the right to execute', async () => {
    const file = join(folder, 'tool')
    await writeFile(file, '#!/no/such/interpreter\n')
    await expect(script('', { argv: [file] })).rejects.toMatchObject({ code: 'EACCES', message: `the program \`${file}\` is not executable` })
    await chmod(file, 0o755)
    await expect(script('', { argv: [file] })).rejects.toMatchObject({
      code: 'ENOENT', message: `the interpreter that \`${file}\` names was not found`,
    })
  })

  it('rejects what no system can start, and never throws otherwise', async () => {
    await expect(script('', { argv: ['echo', 'a\0b'] })).rejects.toMatchObject({ name: 'PortError', code: 'EINVAL', subject: 'echo' })
    await expect(script('', { argv: ['echo', 'x'.repeat(3_000_000)] })).rejects.toMatchObject({ name: 'PortError', code: 'E2BIG' })
  })

  it('finds programs on a path, takes a path as it is, and finds no folder and no plain file', async () => {
    const file = join(folder, 'tool')
    await writeFile(file, '')
    expect(await processes.find('tool', folder)).toBeUndefined()
    await chmod(file, 0o755)
    expect(await processes.find('tool', `/nowhere::${folder}`)).toBe(file)
    expect(await processes.find(file)).toBe(file)
    expect(await processes.find(`${folder}/other`)).toBeUndefined()
    expect(await processes.find(folder)).toBeUndefined()
    expect(await processes.find('bash')).toMatch(/\/bash$/)
    expect(await processes.find('')).toBeUndefined()
  })

  it('asks the whole tree to stop and lets it clean up', async () => {
    const { child, heard, said } = await script('trap "echo bye; exit 3" TERM; sleep 100 & echo "ready $!"; wait')
    const [, inner] = await said(/ready (\d+)/)
    await child.stop(5000)
    expect(await child.ended).toEqual({ exitCode: 3, signal: null })
    expect(heard.out).toMatch(/bye/)
    expect(lives(Number(inner))).toBe(false)
  })

  it('asks each process once', async () => {
    const { child, heard, said } = await script(
      'trap "echo asked; n=1" TERM; echo ready; while [ -z "$n" ]; do :; done; for i in {1..30}; do env true; done',
    )
    await said(/ready/)
    await Promise.all([child.stop(5000), child.stop(5000)])
    expect(heard.out.match(/asked/g)).toEqual(['asked'])
  })

  it('kills what does not stop within the grace', async () => {
    const { child, said } = await script('trap "" TERM; (trap "" TERM; while :; do :; done) & echo "ready $!"; while :; do :; done')
    const [, inner] = await said(/ready (\d+)/)
    await child.stop(20)
    expect(await child.ended).toEqual({ exitCode: null, signal: 'SIGKILL' })
    expect(lives(Number(inner))).toBe(false)
  })

  it.runIf(isLinux)('stops what has left the group, its parents alive or not, at a depth, with its own environment', async () => {
    const { child, said } = await script(`
      setsid bash -c 'echo "one $$ ;"; exec sleep 100' &
      (setsid bash -c 'echo "two $$ ;"; exec sleep 100' > >(cat) &) &
      setsid env -i ${await processes.find('bash')} -c 'echo "three $$ ;"; exec ${await processes.find('sleep')} 100' &
      wait %1`)
    const pids: number[] = []
    for (const name of ['one', 'two', 'three']) pids.push(Number((await said(new RegExp(`${name} (\\d+) ;`)))[1]))
    expect(pids.map(lives)).toEqual([true, true, true])
    await child.stop(2000)
    expect(pids.map(lives)).toEqual([false, false, false])
  })

  it.runIf(isLinux)('kills what left the group and bears no mark, once it was seen, though all its parents are gone', async () => {
    const { child, said } = await script(`
      setsid env -i ${await processes.find('bash')} -c 'trap "" TERM; echo "ready $$ ;"; while :; do :; done' &
      wait`)
    const [, left] = await said(/ready (\d+) ;/)
    await child.stop(100)
    expect(lives(Number(left))).toBe(false)
  })

  it('may be stopped after its end, and twice', async () => {
    const { child } = await script('exit 0')
    await child.ended
    await child.stop(1000)
    await child.stop(1000)
    expect(await child.ended).toEqual({ exitCode: 0, signal: null })
  })

  it('does not wait for a background process that holds the output open, and ends it', async () => {
    const { child, said } = await script('sleep 100 & echo "left $!"')
    const [, left] = await said(/left (\d+)/)
    expect(await child.ended).toEqual({ exitCode: 0, signal: null })
    expect(lives(Number(left))).toBe(false)
  })

  it.runIf(isLinux)('does not wait for a stranger that holds the output open and cannot be told from others', async () => {
    const { child, said } = await script(`
      setsid env -i ${await processes.find('bash')} -c 'echo "left $$ ;"; exec ${await processes.find('sleep')} 100' &
      while [ -z "$(ps -o args= -p $! | grep sleep)" ]; do :; done`)
    const [, left] = await said(/left (\d+) ;/)
    expect(await child.ended).toEqual({ exitCode: 0, signal: null })
    process.kill(Number(left), 'SIGKILL')
  })

  it('keeps what a background process still prints after the exit', async () => {
    const { child, heard } = await script('(while kill -0 $$ 2>/dev/null; do :; done; for i in {1..10}; do env true; done; echo late) & echo early')
    await child.ended
    expect(heard.out).toBe('early\nlate\n')
  })

  it.runIf(isLinux)('ends a daemon that left the group and closed its output', async () => {
    const { child } = await script('setsid bash -c \'echo $$ > pid; exec sleep 100\' </dev/null >/dev/null 2>&1 & while ! [ -s pid ]; do :; done')
    await child.ended
    expect(lives(Number(readFileSync(join(folder, 'pid'), 'utf8')))).toBe(false)
  })

  it('leaves other children alone', async () => {
    const { child: other, said } = await script('echo ready; exec sleep 100')
    await said(/ready/)
    const { child } = await script('sleep 100 &')
    await child.ended
    await child.stop(1000)
    expect(lives(other.pid)).toBe(true)
  })
})

describe.runIf(isLinux)('sweepTree', () => {
  it('ends all that bears a marker, also the trees inside it, and nothing else', async () => {
    const outer = createProcesses({ PATH }, { marker: 'outer-test' })
    const inner = createProcesses({ PATH, ORCH_TREE: 'outer-test/5' }, { marker: 'inner' })
    const namesake = createProcesses({ PATH }, { marker: 'outer-test2' })
    const sleeper = { argv: ['sleep', '100'], cwd: '/', env: { PATH } } as const
    const [one, two, three] = [await outer.start(sleeper), await inner.start(sleeper), await namesake.start(sleeper)]
    expect([outer.marker, inner.marker]).toEqual(['outer-test', 'outer-test/5/inner'])
    await sweepTree('outer-test', 2000)
    expect([await one.ended, await two.ended]).toEqual([{ exitCode: null, signal: 'SIGTERM' }, { exitCode: null, signal: 'SIGTERM' }])
    expect(lives(three.pid)).toBe(true)
    await three.stop(2000)
  })
})

/** A zombie has ended. */
function lives(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  return !existsSync('/proc/self/stat') || !/\) Z /.test(readStat(pid))
}

function readStat(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    return ') Z '
  }
}
