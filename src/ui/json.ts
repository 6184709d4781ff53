import type { View, ViewSettings } from './view.ts'

/** Every event as it stands in the journal, one JSON object a line: for programs that watch. */
export function createJson({ terminal }: ViewSettings): View {
  return {
    event: (event) => terminal.write(`${asciiControls(JSON.stringify(event))}\n`),
    output: () => {},
    activity: () => {},
    close: async () => {},
  }
}

/** JSON leaves some control characters as they are, and `##[` is a command to some CI systems wherever it stands. */
function asciiControls(json: string): string {
  return json
    .replace(/\p{Cc}/gu, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .replace(/##(?=\w*\[)/g, '#\\u0023')
}
