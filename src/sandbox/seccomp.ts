/** Numbers of system calls on one architecture, and what the kernel calls it. */
interface Architecture {
  readonly audit: number
  readonly clone: number
  readonly unshare: number
  /** Calls that no program needs which may not make namespaces, mount, load code into the kernel or keep keys in it. */
  readonly denied: readonly number[]
}

const CLONE3 = 435
const NEW_MOUNT_CALLS = [425, 428, 429, 430, 431, 432, 433, 442]

const ARM64: Architecture = {
  audit: 0xc00000b7, clone: 220, unshare: 97,
  denied: [217, 218, 219, 280, 241, 282, 40, 39, 41, 268, 265, 104, 105, 273, 106, 224, 142, ...NEW_MOUNT_CALLS],
}

const ARCHITECTURES: Readonly<Record<string, Architecture>> = {
  x64: {
    audit: 0xc000003e, clone: 56, unshare: 272,
    denied: [248, 249, 250, 321, 298, 323, 165, 166, 155, 308, 304, 246, 175, 313, 176, 167, 169, ...NEW_MOUNT_CALLS],
  },
  arm64: ARM64,
  riscv64: { ...ARM64, audit: 0xc00000f3 },
}

/** Codes of the kernel's small machine, and its answers. */
const LOAD = 0x20
const JUMP_IF_EQUAL = 0x15
const JUMP_IF_AT_LEAST = 0x35
const JUMP_IF_BITS = 0x45
const RETURN = 0x06
const ALLOW = 0x7fff0000
const REFUSE = 0x00050000
const EPERM = 1
const ENOSYS = 38

const NUMBER = 0
const ARCHITECTURE = 4
const FIRST_ARGUMENT = 16
const CLONE_NEWUSER = 0x10000000
/** Calls of the x32 dialect, which would have other numbers. */
const X32 = 0x40000000

/**
 * The filter that a sandbox runs under, as bubblewrap takes it: no user namespace can be made inside, which would give its maker
 * all capabilities there, and the calls are refused that such a one would be made for. `clone3` hides its flags in memory where
 * no filter can look; told that it does not exist, libraries take `clone`. Undefined for an architecture that we do not know.
 */
export function seccompFilter(architecture: string): Buffer | undefined {
  const own = Object.hasOwn(ARCHITECTURES, architecture) ? ARCHITECTURES[architecture] : undefined
  if (!own) return undefined
  const answers = [statement(RETURN, ALLOW), statement(RETURN, REFUSE | EPERM), statement(RETURN, REFUSE | ENOSYS)]
  const checks: Check[] = [
    { code: JUMP_IF_AT_LEAST, value: X32, then: 'unknown' },
    { code: JUMP_IF_EQUAL, value: CLONE3, then: 'unknown' },
    ...own.denied.map((value): Check => ({ code: JUMP_IF_EQUAL, value, then: 'refused' })),
    { code: JUMP_IF_EQUAL, value: own.clone, then: 'flags' },
    { code: JUMP_IF_EQUAL, value: own.unshare, then: 'flags' },
  ]
  // After the checks: allow; then the flags are looked at; then the answers.
  const flags = [statement(LOAD, FIRST_ARGUMENT), statement(JUMP_IF_BITS, CLONE_NEWUSER, 1, 0)]
  const end = checks.length
  const targets = { flags: end + 1, refused: end + flags.length + 2, unknown: end + flags.length + 3 }
  const body = checks.map(({ code, value, then }, at) => statement(code, value, targets[then] - at - 1, 0))
  return Buffer.concat([
    statement(LOAD, ARCHITECTURE), statement(JUMP_IF_EQUAL, own.audit, 1, 0), statement(RETURN, REFUSE | ENOSYS),
    statement(LOAD, NUMBER), ...body, statement(RETURN, ALLOW), ...flags, ...answers,
  ])
}

interface Check {
  readonly code: number
  readonly value: number
  readonly then: 'refused' | 'unknown' | 'flags'
}

/** One instruction: how many others are left out when its question is answered by yes, and by no. */
function statement(code: number, value: number, yes = 0, no = 0): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeUInt16LE(code, 0)
  bytes.writeUInt8(yes, 2)
  bytes.writeUInt8(no, 3)
  bytes.writeUInt32LE(value >>> 0, 4)
  return bytes
}
