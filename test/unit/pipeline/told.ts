import { load } from '../../../src/pipeline/load.ts'

/** The diagnostics of a text, a line each: `2:4 code: message`, with `| help` where there is one; warnings begin with `!`. */
export async function told(text: string): Promise<string[]> {
  const { diagnostics } = await load(text, 'pipeline.yml')
  return diagnostics.map(({ line, column, code, message, help, severity }) =>
    `${severity === 'warning' ? '!' : ''}${line}:${column} ${code}: ${message}${help === undefined ? '' : ` | ${help}`}`)
}

/** The same without messages: `2:4 code`. */
export async function codes(text: string): Promise<string[]> {
  return (await told(text)).map((line) => line.slice(0, line.indexOf(': ')))
}
