import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { inside, noSandbox, yard } from '../../rig/sandbox.ts'
import type { Yard } from '../../rig/sandbox.ts'

const open: Yard[] = []
afterEach(() => { for (const one of open.splice(0)) one.remove() })
const newYard: typeof yard = (...settings) => {
  const made = yard(...settings)
  open.push(made)
  return made
}

describe.skipIf(noSandbox !== undefined)(`a sandbox${noSandbox === undefined ? '' : ` (skipped: ${noSandbox})`}`, () => {
  it('holds here, and says so once it was tried', async () => {
    expect(await newYard().sandboxes.readiness()).toEqual({ ok: true })
  })

  it('lets a command write its worktree, its temporary folder and its home, and nothing else', async () => {
    const { base, tree, ...place } = newYard()
    const other = join(base, 'project/.orch-run/worktrees/2/tree')
    mkdirSync(other, { recursive: true })
    writeFileSync(join(base, 'project/file.txt'), 'mine\n')
    const sandbox = await place.open()
    const targets = [join(tree, 'a'), '/tmp/b', '$HOME/c', '/usr/d', '/etc/e', '/f', join(base, 'project/file.txt'), join(other, 'g'), '/proc/sys/kernel/core_pattern']
    const said = await inside(sandbox, tree, targets.map((path) => `: 2>/dev/null > "${path}" && echo "${path}"`).join('\n'), { HOME: join(base, 'home') })
    await sandbox.close()
    expect(said.out.split('\n').slice(0, -1)).toEqual([join(tree, 'a'), '/tmp/b', join(base, 'home/c')])
    expect(readFileSync(join(base, 'project/file.txt'), 'utf8')).toBe('mine\n')
  })

  it('shares no home and no temporary folder with another one, also when both are the first to be opened', async () => {
    const { base, tree, ...place } = newYard()
    const [one, other] = await Promise.all([place.open(), place.open()])
    await inside(one, tree, ': > /tmp/mine; : > "$HOME/mine"', { HOME: join(base, 'home') })
    const said = await inside(other, tree, 'ls -A /tmp | grep mine; ls -A "$HOME"; echo "end"', { HOME: join(base, 'home') })
    await one.close()
    const after = await inside(other, tree, 'echo lives > /tmp/x && cat /tmp/x')
    await other.close()
    expect([said.out, after.out]).toEqual(['end\n', 'lives\n'])
  })

  it('is another user than root without any capability, and cannot become root', async () => {
    const { tree, ...place } = newYard()
    const sandbox = await place.open()
    const said = await inside(sandbox, tree, 'id -u; grep -E "^(CapEff|CapBnd|NoNewPrivs|Seccomp):" /proc/self/status | tr -d "\\t"; unshare --user --map-root-user id -u')
    await sandbox.close()
    expect(said.out.split('\n')[0]).not.toBe('0')
    expect(said.out).toContain('CapEff:0000000000000000')
    expect(said.out).toContain('NoNewPrivs:1')
    expect(said.out).toContain('Seccomp:2')
    expect(said.err).toContain('Operation not permitted')
    expect(said.code).not.toBe(0)
  })

  it('reaches a service by its port on loopback, and no port of this machine', async () => {
    const server = createServer((socket) => socket.end('the machine\n'))
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    const { port } = server.address() as { port: number }
    const { tree, ...place } = newYard()
    const sandbox = await place.open({ services: [{ name: 'greeter', accept: (connection) => void connection.end('the service\n') }] })
    const ask = (at: number): string => `cat < /dev/tcp/127.0.0.1/${at} || echo refused`
    const said = await inside(sandbox, tree, [sandbox.port('greeter'), port].map(ask).join('\n'))
    await sandbox.close()
    server.close()
    expect([sandbox.isolation, said.out]).toEqual(['sandbox', 'the service\nrefused\n'])
  })
})

it('without a sandbox a service listens on loopback itself', async () => {
  const { tree, ...place } = newYard()
  const plain = await place.open({ mode: 'off', services: [{ name: 'greeter', accept: (connection) => void connection.end('the service\n') }] })
  const said = await inside(plain, tree, `cat < /dev/tcp/127.0.0.1/${plain.port('greeter')}`)
  await plain.close()
  expect([plain.isolation, said.out]).toEqual(['process', 'the service\n'])
})
