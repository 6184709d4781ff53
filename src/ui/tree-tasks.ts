import type * as listr from 'listr2'
import { stripVTControlCharacters } from 'node:util'
import type { Terminal } from './view.ts'

export type TaskState = 'waiting' | 'working' | 'passed' | 'failed' | 'cancelled' | 'skipped'

/** A row of the tree. */
export interface Task {
  /** `note` stands below a working row, and behind any other. */
  show(state: TaskState, title: string, note: string): void
  child(title: string): Task
}

export interface TaskList {
  readonly tasks: readonly Task[]
  /** Leaves the last state on the screen, and the terminal as it was. */
  close(): Promise<void>
}

const STATES: Readonly<Record<TaskState, keyof typeof listr.ListrTaskState>> = {
  waiting: 'WAITING', working: 'STARTED', passed: 'COMPLETED', failed: 'FAILED', cancelled: 'CANCELLED', skipped: 'SKIPPED',
}

type Listr2 = typeof listr
type Row = listr.Listr<unknown, 'silent', 'silent'>['tasks'][number]

const OPTIONS = { exitOnError: false, registerSignalListeners: false, renderer: 'silent' } as const

/**
 * Of listr2 only the rendering is used: its tasks are rows that we set, and run nothing. It draws anew by itself, ten times a
 * second, so that a row is only set and never announced.
 */
export async function loadTaskLists(): Promise<(terminal: Terminal, titles: readonly string[]) => TaskList> {
  const listr2 = await import('listr2')
  return (terminal, titles) => openTaskList(listr2, terminal, titles)
}

function openTaskList(listr2: Listr2, terminal: Terminal, titles: readonly string[]): TaskList {
  const { DefaultRenderer, Listr, ListrLogger, ProcessOutput } = listr2
  const list = new Listr<unknown, 'silent', 'silent'>(titles.map(placeholder), OPTIONS)
  const processOutput = new ProcessOutput(streamOf(terminal), streamOf(terminal), { leaveEmptyLine: false })
  const logger = new ListrLogger<never>({ useIcons: true, toStderr: [], processOutput })
  const renderer = new DefaultRenderer(list.tasks as never, {
    logger, formatOutput: 'truncate',
    collapseSubtasks: false, collapseErrors: false, showErrorMessage: false, collapseSkips: false, showSkipMessage: false,
  }, list.events)
  const tasks = list.tasks.map((row) => taskOf(listr2, row))
  const opened = renderer.render()
  return {
    tasks,
    close: async () => {
      await opened
      renderer.end()
    },
  }
}

function taskOf(listr2: Listr2, row: Row): Task {
  void row.check(undefined)
  return {
    show: (state, title, note) => {
      const isWorking = state === 'working'
      row.state = listr2.ListrTaskState[STATES[state]]
      row.title = isWorking || note === '' ? title : `${title}: ${note}`
      if (isWorking && note !== '') row.emit(listr2.ListrTaskEventType.OUTPUT, note)
    },
    child: (title) => {
      const [child] = new listr2.Listr<unknown, 'silent', 'silent'>([placeholder(title)], OPTIONS, row).tasks
      if (!child) throw new Error('a list of one task has none')
      row.subtasks = [...(row.subtasks ?? []), child]
      return taskOf(listr2, child)
    },
  }
}

function placeholder(title: string): { title: string; task: () => void } {
  return { title, task: () => {} }
}

/** The terminal as the stream that listr2 expects. */
function streamOf(terminal: Terminal): NodeJS.WriteStream {
  const stream = {
    write: (text: string): boolean => {
      terminal.write(terminal.color ? text : withoutColor(text))
      return true
    },
    get columns() { return terminal.columns },
    get rows() { return terminal.rows },
  }
  return stream as unknown as NodeJS.WriteStream
}

/** Colours are dropped, movements of the cursor stay. */
function withoutColor(text: string): string {
  return text.replace(/\p{Cc}\[[\d;]*m/gu, (sequence) => stripVTControlCharacters(sequence))
}
