import type { Json } from '../base/json.ts'
import { readTasks } from '../pipeline/task-list.ts'
import type { TaskList, TaskTerms } from '../pipeline/task-list.ts'

/** Tasks that are there already: as they were given, and those of them that did not pass. */
export interface Standing {
  readonly items: readonly Json[]
  readonly lost: ReadonlySet<string>
}

/**
 * A list of tasks in place of those that did not pass: new ids, which may need each other and what passed. Together with that they
 * are no more than `terms.most`.
 */
export function readReplacement(value: Json, { items, lost }: Standing, terms: TaskTerms): TaskList {
  if (!Array.isArray(value) || value.length === 0) return { ...readTasks(value, terms), tasks: [] }
  const room = terms.most - (items.length - lost.size)
  if (value.length > room) return { tasks: [], mistakes: [{ message: `there are ${value.length} new tasks, at most ${room} are allowed beside those that passed`, index: undefined }] }
  const { tasks, mistakes } = readTasks([...items, ...(value as readonly Json[])], { ...terms, most: Infinity })
  const fresh = tasks.slice(items.length)
  const vain = fresh.flatMap(({ id, needs }) => needs.filter((need) => lost.has(need)).map((need) => ({ message: `the task \`${id}\` needs \`${need}\`, which did not pass`, index: undefined })))
  const all = [...mistakes, ...vain]
  return { tasks: all.length === 0 ? fresh : [], mistakes: all }
}
