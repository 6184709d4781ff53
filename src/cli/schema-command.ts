import { fileURLToPath } from 'node:url'
import { createFiles } from '../host/files.ts'
import { complain } from './complain.ts'
import { EXIT } from './exit-code.ts'

const NAMES = ['pipeline', 'report']

/** Prints a JSON Schema as it is published for editors. */
export async function schemaCommand(name: string): Promise<number> {
  if (!NAMES.includes(name)) {
    complain(`there is no schema \`${name}\``, `one of ${NAMES.map((known) => `\`${known}\``).join(', ')}`)
    return EXIT.invalid
  }
  process.stdout.write(await createFiles().read(fileURLToPath(new URL(`../schemas/${name}.schema.json`, import.meta.url))))
  return EXIT.passed
}
