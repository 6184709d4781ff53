import type { Tool, ToolWorld } from './tool.ts'
import { createDirectoryTool } from './tools/create-directory.ts'
import { deleteMemoryTool } from './tools/delete-memory.ts'
import { readMessagesTool } from './tools/read-messages.ts'
import { retrieveMemoryTool } from './tools/retrieve-memory.ts'
import { searchMemoryTool } from './tools/search-memory.ts'
import { sendMessageTool } from './tools/send-message.ts'
import { storeMemoryTool } from './tools/store-memory.ts'
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
  { groups: ['memory'], create: storeMemoryTool },
  { groups: ['memory'], create: retrieveMemoryTool },
  { groups: ['memory'], create: searchMemoryTool },
  { groups: ['memory'], create: deleteMemoryTool },
  { groups: ['messages'], create: sendMessageTool },
  { groups: ['messages'], create: readMessagesTool },
]
