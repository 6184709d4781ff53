import { describe, expect, it } from 'vitest'
import type { Files, Stat } from '../../../src/base/ports.ts'
import { layOut } from '../../../src/sandbox/layout.ts'

/** A machine with these folders, on which every path is its own. */
function machine(folders: readonly string[]): Files {
  const exists = (path: string): boolean => folders.some((folder) => folder === path || folder.startsWith(`${path}/`))
  return {
    stat: async (path: string) => (exists(path) ? ({ kind: 'folder' } as Stat) : undefined),
    real: async (path: string) => (exists(path) ? path : undefined),
  } as unknown as Files
}

const VIEW = { root: '/home/me/project/.orch-run/tree', temporary: '/own/tmp', home: { path: '/home/me', own: '/own/home' }, visible: [], hidden: ['/home/me/project'] }

describe('what a sandbox shows', () => {
  it('is mounted once, however often it is named, and no folder is made twice', async () => {
    const programs = ['/home/me/.pyenv/bin', '/home/me/.pyenv/shims', '/home/me/.pyenv/plugins/env/shims', '/opt/tool/bin', '/usr/bin']
    const options = await layOut(machine(['/usr/bin', '/opt/tool/bin', VIEW.root, ...programs]), { ...VIEW, programs })
    expect(options.flatMap((option, at) => (option === '--ro-bind' ? [options[at + 1]] : []))).toEqual(['/usr', '/opt', '/home/me/.pyenv'])
    const made = options.flatMap((option, at) => (option === '--dir' ? [options[at + 1]] : []))
    expect(made.toSorted()).toEqual([...new Set(made)].toSorted())
    // The worktree comes last, with all that is above it inside of the home.
    expect(options.slice(-3)).toEqual(['--bind', VIEW.root, VIEW.root])
    expect(made).toEqual(expect.arrayContaining(['/home/me/project', '/home/me/project/.orch-run']))
  })

  it('has folders again that were hidden by what was mounted over them', async () => {
    const options = await layOut(machine(['/usr', '/tmp/work/tree', '/var/lib/gems']), { ...VIEW, home: undefined, root: '/tmp/work/tree', hidden: [], programs: ['/tmp/work/programs'] })
    expect(options.join(' ')).toContain('--bind /own/tmp /tmp --bind /own/tmp /var/tmp --perms 0755 --dir /tmp/work --bind /tmp/work/tree /tmp/work/tree')
    expect(options.join(' ')).toContain('--perms 0755 --dir /var/lib --ro-bind /var/lib/gems /var/lib/gems')
  })

  it('holds of the kernel\'s own folders only what tells of processors and of limits', async () => {
    const options = await layOut(machine(['/sys/devices/system', '/sys/fs/cgroup', '/sys/kernel/debug', VIEW.root]), { ...VIEW, programs: [] })
    expect(options.flatMap((option, at) => (option === '--ro-bind' ? [options[at + 1]] : []))).toEqual(['/sys/devices/system', '/sys/fs/cgroup'])
  })
})
