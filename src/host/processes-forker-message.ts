import type { Command } from '../base/ports.ts'

type Environment = Readonly<Record<string, string>>

/** Longer ones are rare, and not worth a second way. */
const LONGEST = 100_000

/** What marks are made of, and the environment that all later ones are told as differences of. */
export function baseMessage(secret: string, base: Environment): Buffer | undefined {
  return message([secret, ...Object.entries(base).flat()])
}

/** A command for a forker whose base is known; undefined when it can only be started by ourselves. */
export function runMessage(command: Command, environment: Environment, base: Environment): Buffer | undefined {
  const gone: string[] = []
  for (const name of Object.keys(base)) if (!Object.hasOwn(environment, name)) gone.push(name)
  const texts = [command.cwd, String(command.argv.length), ...command.argv, String(gone.length), ...gone]
  for (const name of Object.keys(environment)) {
    const value = environment[name]
    if (value === undefined || (Object.hasOwn(base, name) && base[name] === value)) continue
    // Such a name cannot be told from another one with a value.
    if (name === '' || name.includes('=')) return undefined
    texts.push(name, value)
  }
  return message(texts)
}

/** Undefined when a text holds what ends a text, or all of them are too long. */
function message(texts: readonly string[]): Buffer | undefined {
  const body = `${texts.join('\0')}\0`
  if (body.length > LONGEST || body.split('\0').length !== texts.length + 1) return undefined
  const bytes = Buffer.from(`    ${body}`)
  bytes.writeUInt32BE(bytes.length - 4)
  return bytes
}
