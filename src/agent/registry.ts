import type { Tool, ToolWorld } from './tool.ts'
import { createDirectoryTool } from './tools/create-directory.ts'
import { deleteFileTool } from './tools/delete-file.ts'
import { editFileTool } from './tools/edit-file.ts'
import { getPageContentTool } from './tools/get-page-content.ts'
import { executeCommandTool } from './tools/execute-command.ts'
import { listDirectoryTool } from './tools/list-directory.ts'
import { readFileTool } from './tools/read-file.ts'
import { runScriptTool } from './tools/run-script.ts'
import { searchFilesTool } from './tools/search-files.ts'
import { writeFileTool } from './tools/write-file.ts'

interface Entry {
  /** Any of these groups in `tools` grants it; permissions may still forbid it. */
  readonly groups: readonly string[]
  create(this: void, world: ToolWorld): Tool
}

/** Every built-in tool, in the order in which the model is told of them. */
export const TOOLS: readonly Entry[] = [
  { groups: ['files', 'files.read'], create: readFileTool },
  { groups: ['files', 'files.read'], create: listDirectoryTool },
  { groups: ['files', 'files.read'], create: searchFilesTool },
  { groups: ['files'], create: writeFileTool },
  { groups: ['files'], create: editFileTool },
  { groups: ['files'], create: createDirectoryTool },
  { groups: ['files'], create: deleteFileTool },
  { groups: ['web'], create: getPageContentTool },
  { groups: ['shell'], create: executeCommandTool },
  { groups: ['shell'], create: runScriptTool },
]
