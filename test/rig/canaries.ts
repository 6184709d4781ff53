import { spawnSync } from 'node:child_process'
import { existsSync, lstatSync, readFileSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'

/** How every secret of a test begins, so that all can be looked for without knowing any. */
const BEGINNING = 'canary-'

/** Of larger files none is of ours: tests make them to be refused. */
const LARGEST = 64 * 1024 * 1024

/** Secrets that every run of the program finds around it. No step of ours asks for them, so no word of them may come out. */
export const CANARY_ENV: Readonly<Record<string, string>> = {
  ACTIONS_RUNTIME_TOKEN: 'canary-of-the-runner-51c7', ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'canary-of-the-identity-08be', CI_JOB_TOKEN: 'canary-of-the-job-77d2',
  AWS_SECRET_ACCESS_KEY: 'canary-of-the-cloud-e913', NPM_TOKEN: 'canary-of-the-registry-4a60', DATABASE_PASSWORD: 'canary-of-the-database-c25f',
}

/** What `actions/checkout` leaves in a repository: a token with which anybody could push. */
export const CANARY_CONFIG = '[http "https://forge.example.test/"]\n\textraheader = AUTHORIZATION: basic canary-of-the-checkout-93ab\n'

const FORMS = [BEGINNING, Buffer.from(BEGINNING).toString('hex'), Buffer.from(BEGINNING).toString('hex').toUpperCase(), ...[0, 1, 2].map(inBase64)]

/** As it stands in base64 behind so many other bytes, without the characters that depend on its neighbours. */
function inBase64(before: number): string {
  const whole = Buffer.concat([Buffer.alloc(before), Buffer.from(BEGINNING)])
  return whole.toString('base64').slice(Math.ceil((before * 8) / 6), Math.floor((whole.length * 8) / 6))
}

/** The first canary that stands in a text in any form in which tools print them; undefined where there is none. */
export function canaryIn(text: string): string | undefined {
  const at = FORMS.map((form) => text.indexOf(form)).filter((place) => place >= 0)
  return at.length === 0 ? undefined : text.slice(Math.min(...at)).slice(0, 60)
}

/** The files below a folder that hold one, with what they hold. */
export function filesWithCanaries(folder: string): (readonly [string, string])[] {
  return filesBelow(folder).map((path) => [relative(folder, path), readFileSync(path, 'utf8')] as const).filter(([, text]) => canaryIn(text) !== undefined)
}

/** Where canaries stand in the files below a folder and in all objects of its repository; `given` are the files that the test wrote. */
export function canariesBelow(folder: string, given: ReadonlyMap<string, string>): string[] {
  const files = filesBelow(folder).flatMap((path) => {
    const name = relative(folder, path)
    if (/^(.*\/)?\.git\/config$/.test(name)) return []
    const text = readFileSync(path, 'latin1')
    return canaryIn(text) === undefined || isGiven(given.get(name), text) ? [] : [`${name}: ${canaryIn(text)}`]
  })
  return [...files, ...inObjects(folder, [...given.values()])]
}

function isGiven(own: string | undefined, text: string): boolean {
  return own !== undefined && Buffer.from(own).toString('latin1') === text
}

function inObjects(folder: string, given: readonly string[]): string[] {
  if (!existsSync(join(folder, '.git/objects'))) return []
  const told = spawnSync('git', ['cat-file', '--batch-all-objects', '--batch', '--buffer'], { cwd: folder, env: { PATH: process.env.PATH, HOME: folder }, maxBuffer: 2 ** 29 })
  let text = told.stdout.toString('latin1')
  for (const own of given) text = text.replaceAll(Buffer.from(own).toString('latin1'), '')
  return canaryIn(text) === undefined ? [] : [`an object of git: ${canaryIn(text)}`]
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return filesBelow(path)
    const stat = lstatSync(path)
    return stat.isFile() && stat.size <= LARGEST ? [path] : []
  })
}
