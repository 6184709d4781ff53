import { isObject } from '../base/json.ts'
import type { Json } from '../base/json.ts'
import { nearest } from '../document/suggest.ts'
import { findCycles } from './cycle.ts'
import { INSIDE_PATH, STEP_ID } from './patterns.ts'
import { quoted } from './phrase.ts'

/** One task of a list, as it becomes a step. */
export interface TaskSpec {
  readonly id: string
  readonly title: string
  readonly prompt: string
  readonly needs: readonly string[]
  readonly capabilities: readonly string[]
  readonly files: readonly string[]
  readonly priority: number
  readonly risk: 'low' | 'high'
}

export interface TaskList {
  /** Those of the right form, in their order. */
  readonly tasks: readonly TaskSpec[]
  /** Sentences; with any of them the list cannot be worked on. */
  readonly mistakes: readonly TaskMistake[]
}

export interface TaskMistake {
  readonly message: string
  /** The item that it is about, from 0; undefined: the list as a whole. */
  readonly index: number | undefined
}

/** What a list may ask for. */
export interface TaskTerms {
  readonly most: number
  /** The capabilities of each agent that may be chosen; undefined where one agent does all tasks. */
  readonly offers: readonly (readonly string[])[] | undefined
}

/** Steps of the nested pipeline that are no tasks. */
export const RESERVED_TASKS = ['merge', 'replan', 'replace'] as const

const KEYS = ['id', 'title', 'prompt', 'needs', 'capabilities', 'files', 'priority', 'risk']
const ID = new RegExp(STEP_ID, 'u')
const INSIDE = new RegExp(INSIDE_PATH, 'u')
/** So many mistakes are told at once. */
const MOST_TOLD = 20

/** A list of tasks, and everything that is wrong with it. */
export function readTasks(value: Json, { most, offers }: TaskTerms): TaskList {
  if (!Array.isArray(value)) return { tasks: [], mistakes: [{ message: 'the tasks must be a list', index: undefined }] }
  if (value.length === 0) return { tasks: [], mistakes: [{ message: 'the list has no task', index: undefined }] }
  const items: readonly Json[] = value
  const all: TaskMistake[] = []
  if (value.length > most) all.push({ message: `there are ${value.length} tasks, at most ${most} are allowed`, index: undefined })
  const tasks = items.slice(0, most).flatMap((item, index) => {
    const found = mistakesOf(item, offers)
    all.push(...found.map((message) => ({ message: `${nameOf(item, index)} ${message}`, index })))
    return found.length === 0 ? [taskOf(item as RawTask)] : []
  })
  all.push(...idMistakes(value.slice(0, most)), ...needMistakes(value.slice(0, most)))
  return { tasks, mistakes: all.slice(0, MOST_TOLD) }
}

type RawTask = Readonly<Record<string, Json>> & { readonly id: string; readonly prompt: string }

function taskOf(raw: RawTask): TaskSpec {
  const list = (key: string): string[] => [...new Set((raw[key] ?? []) as readonly string[])]
  return {
    id: raw.id, title: (raw.title as string | undefined) ?? raw.id, prompt: raw.prompt, needs: list('needs'), capabilities: list('capabilities'),
    files: list('files'), priority: (raw.priority as number | undefined) ?? 0, risk: (raw.risk as 'low' | 'high' | undefined) ?? 'low',
  }
}

function nameOf(item: Json, index: number): string {
  return isObject(item) && typeof item.id === 'string' && item.id.trim() !== '' ? `the task ${quoted(item.id)}` : `task ${index + 1}`
}

function mistakesOf(item: Json, offers: TaskTerms['offers']): string[] {
  if (!isObject(item)) return ['must be an object with `id`, `title` and `prompt`']
  const raw = item as Readonly<Record<string, Json>>
  const found = Object.keys(raw).filter((key) => !KEYS.includes(key)).map((key) => `has the unknown key ${quoted(key)}, there are ${KEYS.map(quoted).join(', ')}`)
  const filled = (key: string): boolean => typeof raw[key] === 'string' && raw[key].trim() !== ''
  if (typeof raw.id !== 'string' || !ID.test(raw.id)) found.push('must have an `id` of a lower-case letter and then at most 63 lower-case letters, digits, `_` or `-`')
  else if ((RESERVED_TASKS as readonly string[]).includes(raw.id)) found.push('has an `id` that the runner needs itself, take another one')
  if (raw.title !== undefined && raw.title !== null && !filled('title')) found.push('must have a `title` that is a text')
  if (!filled('prompt')) found.push('must have a `prompt` that says what is to be done')
  for (const key of ['needs', 'capabilities', 'files']) {
    const list = raw[key]
    if (list !== undefined && list !== null && !(Array.isArray(list) && list.every((entry) => typeof entry === 'string' && entry.trim() !== ''))) found.push(`must have \`${key}\` that are a list of texts`)
  }
  if (texts(raw.files).some((path) => !INSIDE.test(path))) found.push('must have `files` that are relative paths inside the repository')
  const { priority, risk } = raw
  if (priority !== undefined && priority !== null && !(typeof priority === 'number' && Number.isInteger(priority) && priority >= 0)) found.push('must have a `priority` that is a whole number from 0')
  if (risk !== undefined && risk !== null && risk !== 'low' && risk !== 'high') found.push('must have a `risk` that is `low` or `high`')
  return [...found, ...capabilityMistakes(texts(raw.capabilities), offers)]
}

function capabilityMistakes(wanted: readonly string[], offers: TaskTerms['offers']): string[] {
  if (!offers || offers.some((has) => wanted.every((word) => has.includes(word)))) return []
  const known = [...new Set(offers.flat())]
  const unknown = wanted.filter((word) => !known.includes(word))
  if (unknown.length === 0) return [`wants ${wanted.map(quoted).join(' and ')}, which no agent has all of`]
  const offered = known.length === 0 ? 'the agents have none' : `the agents have ${known.map(quoted).join(', ')}`
  return unknown.map((word) => `wants the capability ${quoted(word)}, which no agent has; ${offered}`)
}

function idMistakes(items: readonly Json[]): TaskMistake[] {
  const seen = new Set<string>()
  return items.flatMap((item, index) => {
    const id = idOf(item)
    if (id === undefined || !seen.has(id)) {
      if (id !== undefined) seen.add(id)
      return []
    }
    return [{ message: `two tasks have the id ${quoted(id)}`, index }]
  })
}

function needMistakes(items: readonly Json[]): TaskMistake[] {
  const graph = new Map(items.flatMap((item) => {
    const id = idOf(item)
    return id === undefined ? [] : [[id, isObject(item) ? texts((item as Record<string, Json>).needs) : []] as const]
  }))
  const unknown = items.flatMap((item, index) => (isObject(item) ? texts((item as Record<string, Json>).needs) : []).flatMap((need): TaskMistake[] => {
    if (graph.has(need)) return need === idOf(item) ? [{ message: `${nameOf(item, index)} needs itself`, index }] : []
    const near = nearest(need, [...graph.keys()])
    return [{ message: `${nameOf(item, index)} needs ${quoted(need)}, which is no task of the list${near === undefined ? '' : `; did you mean ${quoted(near)}?`}`, index }]
  }))
  const cycles = findCycles(graph).map((cycle) => ({ message: `tasks need each other in a cycle: ${[...cycle, cycle[0] ?? ''].map(quoted).join(' → ')}`, index: undefined }))
  return [...unknown, ...cycles]
}

function idOf(item: Json): string | undefined {
  return isObject(item) && typeof item.id === 'string' ? item.id : undefined
}

function texts(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === 'string') : []
}
