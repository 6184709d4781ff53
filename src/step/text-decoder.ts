import { StringDecoder } from 'node:string_decoder'

/** Bytes that come in chunks, as text; a character that is cut by a chunk's border waits for its rest. */
export function createTextDecoder(out: (text: string) => void): { push(this: void, chunk: Buffer): void; end(this: void): void } {
  const decoder = new StringDecoder('utf8')
  const pass = (text: string): void => {
    if (text !== '') out(text)
  }
  return { push: (chunk) => pass(decoder.write(chunk)), end: () => pass(decoder.end()) }
}
