import pipeline from '../../schemas/pipeline.schema.json' with { type: 'json' }
import test from '../../schemas/test.schema.json' with { type: 'json' }
import { reportSchema } from '../report/vocabulary/report.ts'
import { complain } from './complain.ts'
import { EXIT } from './exit-code.ts'

const SCHEMAS: ReadonlyMap<string, () => object> = new Map([['pipeline', () => pipeline], ['test', () => test], ['report', reportSchema]])

/** Prints a JSON Schema as it is published for editors. */
export async function schemaCommand(name: string): Promise<number> {
  const schema = SCHEMAS.get(name)
  if (!schema) {
    complain(`there is no schema \`${name}\``, `one of ${[...SCHEMAS.keys()].map((known) => `\`${known}\``).join(', ')}`)
    return EXIT.invalid
  }
  process.stdout.write(`${JSON.stringify(schema(), undefined, 2)}\n`)
  return EXIT.passed
}
