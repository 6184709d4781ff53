import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createGit } from '../../src/host/git.ts'

let top: string
let env: Record<string, string>

beforeEach(() => {
  top = realpathSync(mkdtempSync(join(tmpdir(), 'git-port-')))
  mkdirSync(join(top, 'home'))
  env = { PATH: process.env['PATH'] ?? '', HOME: join(top, 'home'), GIT_DIR: '/nonexistent', GIT_WORK_TREE: '/', SECRET_KEY: 'canary' }
})
afterEach(() => rmSync(top, { recursive: true, force: true }))

function sh(script: string): string {
  const clean = { PATH: env['PATH'], HOME: env['HOME'], GIT_CONFIG_NOSYSTEM: '1' }
  return execFileSync('bash', ['-euc', script], { cwd: top, env: clean, stdio: ['ignore', 'pipe', 'pipe'] }).toString('utf8').trim()
}

const IDENTITY = 'git config user.name U; git config user.email u@example.test'

describe('running git', () => {
  it('gives bytes and the exit code', async () => {
    sh("git init -q r; cd r; printf 'a\\xff\\0b' | git hash-object -w --stdin")
    const git = createGit(env)
    const id = sh("printf 'a\\xff\\0b' | git hash-object --stdin")
    expect(await git.run({ args: ['cat-file', 'blob', id], cwd: join(top, 'r') })).toEqual({ exitCode: 0, stdout: Buffer.from('a\u00ff\0b', 'latin1'), stderr: '' })
    const failed = await git.run({ args: ['cat-file', 'blob', 'nothing'], cwd: join(top, 'r') })
    expect(failed).toMatchObject({ exitCode: 128, stderr: 'fatal: Not a valid object name nothing\n' })
  })

  it('takes text and bytes as input, and none is an empty one', async () => {
    const git = createGit(env)
    const id = async (input?: string | Uint8Array) =>
      (await git.run({ args: ['hash-object', '--stdin'], cwd: top, ...(input === undefined ? {} : { input }) })).stdout.toString().trim()
    expect(await id('abc')).toBe(await id(Buffer.from('abc')))
    expect(await id()).toBe('e69de29bb2d1d6434b8b29ae775ad8c2e48c5391')
  })

  it('hands on what the call says and neither the caller\'s `GIT_*` nor his secrets', async () => {
    const git = createGit(env)
    const answer = await git.run({ args: ['-c', 'alias.show-env=!env', 'show-env'], cwd: top, env: { GIT_AUTHOR_NAME: 'A' } })
    const names = answer.stdout.toString('utf8').split('\n').map((line) => line.split('=')[0])
    expect(names).toEqual(expect.arrayContaining(['PATH', 'HOME', 'GIT_AUTHOR_NAME', 'LC_ALL']))
    expect(names).not.toEqual(expect.arrayContaining(['SECRET_KEY']))
    expect(names).not.toEqual(expect.arrayContaining(['GIT_WORK_TREE']))
  })

  it('starts no hook and no file watcher of the repository', async () => {
    sh(`git init -q r; cd r; ${IDENTITY}; printf '#!/bin/sh\\ntouch ${top}/pwned\\n' > h; chmod +x h; cp h .git/hooks/pre-commit; cp h .git/hooks/reference-transaction; git config core.fsmonitor $PWD/h`)
    const git = createGit(env)
    expect(await git.run({ args: ['add', '-A'], cwd: join(top, 'r') })).toMatchObject({ exitCode: 0 })
    expect(await git.run({ args: ['commit', '-qm', 'x'], cwd: join(top, 'r') })).toMatchObject({ exitCode: 0 })
    expect(existsSync(join(top, 'pwned'))).toBe(false)
    sh('cd r; git status')
    expect(existsSync(join(top, 'pwned'))).toBe(true)
  })

  it('rejects with ENOENT where there is no git', async () => {
    const git = createGit({ PATH: join(top, 'home') })
    await expect(git.run({ args: ['version'], cwd: top })).rejects.toMatchObject({ name: 'PortError', code: 'ENOENT', subject: 'git' })
    await expect(git.inspect(top)).rejects.toMatchObject({ name: 'PortError', code: 'ENOENT', subject: 'git' })
    expect(await git.version()).toBe(undefined)
  })
})

describe('the version of git', () => {
  it('is three numbers', async () => {
    expect(await createGit(env).version()).toBe(sh('git version').split(' ')[2])
  })
})

describe('inspecting a folder', () => {
  it('finds the repository from a folder below its top, through a link', async () => {
    sh(`git init -q -b main r; cd r; ${IDENTITY}; git commit -q --allow-empty -m x; mkdir -p a/b; ln -s "$PWD/a" ../link`)
    expect(await createGit(env).inspect(join(top, 'link', 'b'))).toEqual({
      root: join(top, 'r'), commonDir: join(top, 'r/.git'), gitDir: join(top, 'r/.git'), objectFormat: 'sha1', head: sh('git -C r rev-parse HEAD'), branch: 'main',
    })
  })

  it('knows one without a commit, a detached one, a linked one and one of SHA-256', async () => {
    sh(`git init -q -b trunk empty; git init -q --object-format=sha256 -b main r; cd r; ${IDENTITY}; git commit -q --allow-empty -m x; git tag main; git worktree add -q --detach ../linked`)
    const git = createGit(env)
    expect(await git.inspect(join(top, 'empty'))).toMatchObject({ head: undefined, branch: 'trunk' })
    expect(await git.inspect(join(top, 'r'))).toMatchObject({ objectFormat: 'sha256', branch: 'main', head: sh('git -C r rev-parse HEAD') })
    expect(await git.inspect(join(top, 'linked'))).toMatchObject({
      root: join(top, 'linked'), commonDir: join(top, 'r/.git'), gitDir: join(top, 'r/.git/worktrees/linked'), branch: undefined,
    })
  })

  it('does not touch the index and is not stopped by its lock', async () => {
    sh(`git init -q r; cd r; ${IDENTITY}; git commit -q --allow-empty -m x; : > .git/index.lock`)
    const before = sh('ls -l --full-time r/.git')
    expect(await createGit(env).inspect(join(top, 'r'))).toBeDefined()
    expect(sh('ls -l --full-time r/.git')).toBe(before)
  })

  it('is undefined outside of a repository and in a bare one, and fails for a folder that is not there', async () => {
    sh('git init -q --bare bare')
    const git = createGit({ ...env, GIT_CEILING_DIRECTORIES: top })
    expect(await git.inspect(join(top, 'home'))).toBe(undefined)
    expect(await git.inspect(join(top, 'bare'))).toBe(undefined)
    await expect(git.inspect(join(top, 'nowhere'))).rejects.toMatchObject({ name: 'PortError', code: 'ENOENT', subject: join(top, 'nowhere') })
  })

  it('fails with what git says where the repository is broken', async () => {
    sh('git init -q r')
    writeFileSync(join(top, 'r/.git/config'), '[broken')
    await expect(createGit(env).inspect(join(top, 'r'))).rejects.toMatchObject({ name: 'PortError', message: expect.stringContaining('config') })
  })
})
