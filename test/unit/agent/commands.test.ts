import { chmodSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isAllowedCommand } from '../../../src/agent/allowed-command.ts'
import type { AgentTask } from '../../../src/agent/agent.ts'
import { createToolbox } from '../../../src/agent/toolbox.ts'
import type { JsonObject } from '../../../src/base/json.ts'
import { PATH, ports, shell, taskIn, temporaryRoot, use } from './rig.ts'

async function ask(task: AgentTask, name: string, input: JsonObject): Promise<string> {
  const { output, isError } = await use(task, name, input)
  return isError ? `refused: ${output}` : output
}

describe('execute_command', () => {
  /** No other process of this machine has this command line. */
  const sleep = `sleep 86400.${process.pid}`

  it('gives what was printed, in its order, and the exit code', async () => {
    const task = taskIn(temporaryRoot({ 'd/x': '' }))
    const both = await ask(task, 'execute_command', { command: 'echo out; echo err >&2; exit 3' })
    expect(both).toMatch(/^(out\nerr|err\nout)\n\[exit code 3\]$/)
    expect(await ask(task, 'execute_command', { command: 'ls | grep -q none | cat; true' })).toBe('[no output]\n[exit code 0]')
    expect(await ask({ ...task, cwd: join(task.root, 'd') }, 'execute_command', { command: 'ls' })).toBe('x\n[exit code 0]')
    expect(await ask(task, 'execute_command', { command: 'kill -9 $$' })).toBe('[no output]\n[ended by SIGKILL]')
    expect(await ask(task, 'execute_command', { command: String.raw`printf 'a\0b\377'` })).toBe('a\ufffdb\ufffd\n[exit code 0]')
    expect(await ask(task, 'execute_command', { command: 'cat' })).toBe('[no output]\n[exit code 0]')
  })

  it('has the environment of the task and nothing of ours', async () => {
    process.env['OURS_ONLY'] = 'secret'
    const task = taskIn(temporaryRoot(), { env: { PATH, MINE: 'yes' } })
    const output = await ask(task, 'execute_command', { command: 'echo "[$MINE][$OURS_ONLY][$HOME]"' })
    delete process.env['OURS_ONLY']
    expect(output).toBe('[yes][][]\n[exit code 0]')
  })

  it('cuts the middle of what is too long', async () => {
    const output = await ask(taskIn(temporaryRoot()), 'execute_command', { command: 'echo first; seq 1 400000; echo last' })
    expect(output.length).toBeLessThan(30_100)
    expect(output).toMatch(/^first\n1\n[^]*\n\[… \d+ characters cut …\]\n[^]*\n400000\nlast\n\[exit code 0\]$/)
  })

  it('stops the whole tree when its time is over', async () => {
    const root = temporaryRoot()
    const timers: { readonly ms: number; readonly callback: () => void }[] = []
    const after = (ms: number, callback: () => void): (() => void) => {
      timers.push({ ms, callback })
      return () => {}
    }
    const world = { ...ports, clock: { ...ports.clock, after } }
    const command = `${sleep} & echo begun; touch begun; wait`
    const running = use(taskIn(root), 'execute_command', { command, timeout: 7 }, world)
    // The command may be quicker than the news that it has started.
    await until(() => existsSync(join(root, 'begun')) && timers.length > 0)
    timers[0]?.callback()
    expect(await running).toEqual({ output: 'begun\n[stopped after 7 seconds; its output so far is above]', isError: true })
    expect(timers.map(({ ms }) => ms)).toEqual([7000])
    expect(shell(root, `pgrep -f "^${sleep}" || true`)).toBe('')
  })

  it('is stopped by an abort', async () => {
    const root = temporaryRoot()
    const abort = new AbortController()
    const running = use(taskIn(root), 'execute_command', { command: `touch begun; exec ${sleep}` }, ports, abort.signal)
    await until(() => existsSync(join(root, 'begun')))
    abort.abort()
    expect(await running).toEqual({ output: 'the command was stopped', isError: true })
    expect(shell(root, `pgrep -f "^${sleep}" || true`)).toBe('')
  })

  it('leaves nothing in the background', async () => {
    const root = temporaryRoot()
    expect(await ask(taskIn(root), 'execute_command', { command: `${sleep} & echo done` })).toBe('done\n[exit code 0]')
    expect(shell(root, `pgrep -f "^${sleep}" || true`)).toBe('')
  })

  it.each<[JsonObject, string]>([
    [{ command: ' ' }, 'the command is empty'],
    [{ command: 'a\0' }, 'the command holds a NUL character'],
    [{ command: 'x'.repeat(100_001) }, 'the command is longer than 100000 characters; write a script'],
    [{ command: 'ls', timeout: 601 }, '`timeout` must be at most 600, not 601'],
    [{ command: 'ls', timeout: 0 }, '`timeout` must be at least 1, not 0'],
  ])('refuses what it cannot run', async (input, problem) => {
    expect(await ask(taskIn(temporaryRoot()), 'execute_command', input)).toBe(`refused: ${problem}`)
  })

  it('says when the shell is missing', async () => {
    const task = taskIn(temporaryRoot(), { env: { PATH: '/none' } })
    expect(await ask(task, 'execute_command', { command: 'ls' })).toBe('refused: `bash` cannot be started: ENOENT')
  })
})

describe('run_script', () => {
  it('runs an executable itself and a shell script with bash, arguments as they are', async () => {
    const task = taskIn(temporaryRoot({ 's/a.sh': 'printf "[%s]" "$@"\n', 's/b': '#!/bin/sh\necho "b $1"\n', 's/c.py': '' }))
    chmodSync(join(task.root, 's/b'), 0o755)
    expect(await ask(task, 'run_script', { path: 's/a.sh', args: ['a b', '$(id)', ''] })).toBe('[a b][$(id)][]\n[exit code 0]')
    expect(await ask(task, 'run_script', { path: './s/b', args: ['x'] })).toBe('b x\n[exit code 0]')
    expect(await ask(task, 'run_script', { path: 's/c.py' })).toBe('refused: `s/c.py` is neither executable nor a `.sh` script')
    expect(await ask(task, 'run_script', { path: 's' })).toBe('refused: there is no script `s`')
    expect(await ask(task, 'run_script', { path: '../outside/secret.txt' })).toMatch(/^refused: .* leaves the workspace$/)
    expect(await ask(task, 'run_script', { path: 's/a.sh', args: 'x' })).toBe('refused: `args` must be a list of strings')
  })

  it('asks for permission as the command line that it is', async () => {
    const task = taskIn(temporaryRoot({ 's/a.sh': 'echo "$@"', 's/b.sh': '' }), { permissions: 'limited', allowCommands: ['s/a.sh *'] })
    expect(await ask(task, 'run_script', { path: 's/../s/a.sh', args: ['x', 'y'] })).toBe('x y\n[exit code 0]')
    const refusal = 'refused: the command is not allowed; allowed are `s/a.sh *`'
    expect(await ask(task, 'run_script', { path: 's/a.sh', args: ['x;y'] })).toBe(refusal)
    expect(await ask(task, 'run_script', { path: 's/b.sh', args: ['x'] })).toBe(refusal)
  })
})

describe('an allowed command', () => {
  it.each<[string, string[], string[]]>([
    ['npm test*', ['npm test', ' npm test ', 'npm test -- -t "a b"', 'npm tests'], ['npm', 'xnpm test', 'NPM test', 'cd x', '\u00a0npm test']],
    ['npm run ?', ['npm run a'], ['npm run', 'npm run ab', 'npm run ;']],
    ['npm test && npm run *', ['npm test && npm run lint'], ['npm test && npm run lint && id', 'npm test & npm run lint']],
    ['*', ['rm -rf .', ''], ['a;b', 'a|b']],
    ['ls [ab]', ['ls [ab]'], ['ls a']],
  ])('%s', (glob, fitting, others) => {
    const fits = (line: string): boolean => isAllowedCommand(line, [glob])
    expect([fitting.filter((line) => !fits(line)), others.filter(fits)]).toEqual([[], []])
  })

  it.each(';&|<>$`\n\r(){}'.split(''))('is not extended by %j', (character) => {
    expect(isAllowedCommand(`npm test${character}id`, ['npm test*', '*', 'npm test?id'])).toBe(false)
    expect(isAllowedCommand(`npm test${character}id`, [`npm test${character}*`])).toBe(true)
  })
})

it('judges a long command in time', { timeout: 1000 }, () => {
  expect(isAllowedCommand(`npm test${' '.repeat(99_000)};`, ['npm test*', '*t* *;'])).toBe(true)
})

describe('permissions', () => {
  const READ = ['read_file', 'list_directory', 'search_files']
  const WRITE = ['write_file', 'edit_file', 'create_directory', 'delete_file']
  const RUN = ['execute_command', 'run_script']

  it.each<[string[], AgentTask['permissions'], string[], string[]]>([
    [['files', 'shell'], 'read-only', [], READ],
    [['files', 'shell'], 'read-only', ['ls'], READ],
    [['files', 'shell'], 'limited', [], [...READ, ...WRITE]],
    [['files', 'shell'], 'limited', ['ls'], [...READ, ...WRITE, ...RUN]],
    [['files', 'shell'], 'full', [], [...READ, ...WRITE, ...RUN]],
    [['files.read', 'shell'], 'full', [], [...READ, ...RUN]],
    [['files.read', 'files'], 'full', [], [...READ, ...WRITE]],
    [['files.read'], 'full', [], READ],
    [['shell'], 'limited', ['ls'], RUN],
    [['shell'], 'read-only', ['ls'], []],
    [[], 'full', [], []],
  ])('of %j, %s, %j offer %j', (tools, permissions, allowCommands, offered) => {
    const toolbox = createToolbox(ports, taskIn('/none', { tools, permissions, allowCommands }))
    expect([...toolbox.tools.keys()]).toEqual(offered)
    expect([...READ, ...WRITE, ...RUN].filter((name) => toolbox.refusal(name) === undefined)).toEqual(offered)
  })

  it('hold for commands that are tried all the same', async () => {
    const task = taskIn(temporaryRoot(), { permissions: 'limited', allowCommands: ['echo *'] })
    expect(await ask(task, 'execute_command', { command: 'echo hi' })).toBe('hi\n[exit code 0]')
    expect(await ask(task, 'execute_command', { command: 'echo hi > f' })).toBe('refused: the command is not allowed; allowed are `echo *`')
    expect(shell(task.root, 'ls -A')).toBe('')
  })
})

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve))
}
