import type { Owner } from '../base/ports.ts'

/** The programs that make a sandbox, where they lie. */
export interface Tools {
  readonly bwrap: string
  readonly shell: string
  /** Only root needs it: to become somebody else inside. */
  readonly setpriv: string | undefined
  /** Leads commands into the network namespace in which the bridge listens. */
  readonly nsenter: string | undefined
}

export interface Enclosure {
  readonly tools: Tools
  /** Whom root becomes inside; undefined where we are not root. */
  readonly owner: Owner | undefined
  /** The file of the seccomp filter. */
  readonly filter: string
  /** Options of bubblewrap that say what is seen. */
  readonly mounts: readonly string[]
  /** A process in the network namespace to be used; undefined: one of its own without anything in it. */
  readonly networkOf: number | undefined
  /** Only the bridge stays among the processes outside: others must be able to name it. */
  readonly processes: 'own' | 'shared'
}

/** More processes at once than any build needs, and fewer than take a machine down. */
const MOST_PROCESSES = 4096

/** As options of `ulimit` are called by the shells that may be `sh`; the filter becomes descriptor 9. */
const ENTRY = `ulimit -u ${MOST_PROCESSES} 2>/dev/null || ulimit -p ${MOST_PROCESSES} 2>/dev/null; exec 9<"$0" && exec "$@"`

const APART = ['--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try', '--hostname', 'sandbox', '--die-with-parent', '--new-session']

/**
 * The command line that starts a command inside. As root, bubblewrap makes the namespaces with the real root's rights, since a
 * user namespace of root's would leave inside what is root to the kernel, and what it starts becomes another user before the
 * command begins. Everybody else needs a user namespace for it.
 */
export function enclosed(enclosure: Enclosure, cwd: string, argv: readonly [string, ...string[]]): [string, ...string[]] {
  const { tools, owner, filter, mounts, networkOf, processes } = enclosure
  const pids = processes === 'own' ? ['--unshare-pid', '--proc', '/proc'] : []
  const enter = networkOf === undefined ? [] : entering(tools, owner, networkOf)
  const network = networkOf === undefined ? ['--unshare-net'] : []
  const identity = owner ? ['--cap-drop', 'ALL', '--cap-add', 'CAP_SETUID', '--cap-add', 'CAP_SETGID', '--cap-add', 'CAP_SETPCAP', '--cap-add', 'CAP_DAC_READ_SEARCH'] : ['--unshare-user', '--cap-drop', 'ALL']
  return [
    tools.shell, '-c', ENTRY, filter, ...enter, tools.bwrap, ...APART, ...network, ...identity, '--seccomp', '9', ...mounts, ...pids, '--remount-ro', '/', '--chdir', cwd, '--',
    ...(owner ? becoming(tools, owner) : []), ...argv,
  ]
}

/** Becomes another user for good: no group, no capability, and none to be had again. */
function becoming(tools: Tools, { uid, gid }: Owner): string[] {
  // A change of user makes the kernel forget whose death is to be the end.
  const none = ['--inh-caps=-all', '--ambient-caps=-all', '--bounding-set=-all', '--no-new-privs', '--pdeathsig', 'KILL']
  return [tools.setpriv ?? 'setpriv', '--reuid', String(uid), '--regid', String(gid), '--clear-groups', ...none, '--']
}

function entering(tools: Tools, owner: Owner | undefined, pid: number): string[] {
  const program = tools.nsenter ?? 'nsenter'
  return owner ? [program, `--net=/proc/${pid}/ns/net`, '--'] : [program, '--user', '--net', '--preserve-credentials', '--target', String(pid), '--']
}
