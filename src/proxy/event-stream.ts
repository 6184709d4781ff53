import { StringDecoder } from 'node:string_decoder'

/** Finds the data of server-sent events in pieces that are cut anywhere; names, ids and comments are nobody's business here. */
export interface EventStream {
  push(piece: Uint8Array): void
}

/** So long may one event be; a longer one is not read. */
const LONGEST = 33_554_432

export function createEventStream(onData: (data: string) => void): EventStream {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  let data: string[] = []
  const line = (text: string): void => {
    if (text === '') {
      if (data.length > 0) onData(data.join('\n'))
      data = []
    } else if (text.startsWith('data:')) data.push(text.slice(text.startsWith('data: ') ? 6 : 5))
  }
  return {
    push(piece) {
      const lines = (rest + decoder.write(piece)).split(/\r\n|\n|\r(?!$)/)
      rest = lines.pop() ?? ''
      if (rest.length > LONGEST) rest = ''
      for (const text of lines) line(text)
    },
  }
}
