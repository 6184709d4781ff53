/** Why bubblewrap could not make a sandbox, from what it said, and what would help. */
export interface Cause {
  readonly reason: string
  readonly help: string
}

const CONTAINER = 'start the container with `--security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined --cap-add SYS_ADMIN`, or with `--privileged`'
const APPARMOR = 'allow it by `sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0`'
export const INSTALL = 'install it: `apt-get install bubblewrap` (Debian, Ubuntu), `dnf install bubblewrap` (Fedora), `apk add bubblewrap` (Alpine)'

const KNOWN: readonly (readonly [RegExp, string, string])[] = [
  [/can't mount proc|mounting proc/i, 'bubblewrap cannot mount `/proc`, as inside of another sandbox or of a container that masks it', CONTAINER],
  [/RTM_NEWADDR|setting up uid map|write to \/proc\/self\/(u|g)id_map|RTM_NEWLINK/i, 'bubblewrap may not set up its namespaces, which AppArmor forbids on Ubuntu since 23.10', APPARMOR],
  [/no permissions? to creat|creating new namespace failed|clone.*operation not permitted|unshare.*operation not permitted/i, 'bubblewrap may not make namespaces, as in most containers', CONTAINER],
  [/user namespaces? .*(not enabled|disabled)|kernel does not support/i, 'user namespaces are switched off in this system', 'switch them on by `sudo sysctl -w kernel.unprivileged_userns_clone=1 user.max_user_namespaces=15000`'],
  [/unknown option|unrecognized option|invalid option/i, 'this bubblewrap is too old', 'install version 0.4 or newer'],
  [/seccomp|prctl/i, 'the system takes no filter of system calls', 'use a kernel with seccomp'],
]

/** `said` is what it wrote as its error. */
export function causeOf(said: string): Cause {
  const known = KNOWN.find(([pattern]) => pattern.test(said))
  const line = said.trim().split('\n')[0]?.replace(/\p{Cc}/gu, '?').slice(0, 200) ?? ''
  if (known) return { reason: `${known[1]} (\`${line}\`)`, help: known[2] }
  return { reason: line === '' ? 'bubblewrap failed without a word' : `bubblewrap failed: \`${line}\``, help: 'try `bwrap --unshare-all --ro-bind / / true` and mend what it says' }
}
