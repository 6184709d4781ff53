import type { Places } from './places.ts'

/** A line of the project's own code. */
export interface StackPlace {
  readonly file: string
  readonly line: number
  readonly column: number | null
}

const MOST_LINES = 400
const LONGEST_LINE = 2000
const SOURCE_FOLDERS = ['test', 'main', 'integrationTest', 'androidTest'].flatMap((set) =>
  ['java', 'kotlin', 'groovy', 'scala'].map((language) => `src/${set}/${language}`),
)

/**
 * The first place in the text of a failure that is a file of the project and of no package: a stack of JavaScript, Python or
 * Java, or `file:line` as most runners print it. `module` is the folder of a Java module, empty or with a slash at its end.
 */
export async function placeInStack(text: string, places: Places, module: string): Promise<StackPlace | undefined> {
  for (const line of text.split('\n', MOST_LINES)) {
    for (const { paths, line: number, column } of framesOf(line.slice(0, LONGEST_LINE), module)) {
      const file = await firstFound(paths, places)
      if (file !== undefined && number > 0) return { file, line: number, column }
    }
  }
  return undefined
}

interface Frame {
  readonly paths: readonly string[]
  readonly line: number
  readonly column: number | null
}

function framesOf(line: string, module: string): Frame[] {
  const python = /File "([^"]+)", line (\d+)/.exec(line)
  if (python) return [{ paths: [python[1] ?? ''], line: Number(python[2]), column: null }]
  const java = /^\s*at (?:[\w.$@-]+\/)*([\w.$]+)\.[\w$<>]+\(([\w$-]+\.\w+):(\d+)\)/.exec(line)
  if (java) return [{ paths: javaPaths(java[1] ?? '', java[2] ?? '', module), line: Number(java[3]), column: null }]
  return line.split(/[\s()"'`]+/).flatMap((word) => {
    const found = /^(.+?\.\w{1,8}):(\d{1,7})(?::(\d{1,7}))?(?:[:,]\D*)?$/.exec(word)
    return found ? [{ paths: [found[1] ?? ''], line: Number(found[2]), column: found[3] === undefined ? null : Number(found[3]) }] : []
  })
}

/** A stack of Java names the class and the bare name of its file; the folder is that of the package. */
function javaPaths(className: string, file: string, module: string): string[] {
  const folder = className.split('.').slice(0, -1).join('/')
  return SOURCE_FOLDERS.map((sources) => `${module}${sources}/${folder === '' ? '' : `${folder}/`}${file}`)
}

async function firstFound(paths: readonly string[], places: Places): Promise<string | undefined> {
  for (const path of paths) {
    if (/(?:^|\/)(?:node_modules|site-packages|dist-packages)\//.test(path)) continue
    const file = await places.locate(path)
    if (file !== undefined) return file
  }
  return undefined
}
