import type { AnyProtocol, Speech } from './answer.ts'
import { CHAT } from './chat.ts'
import { GENERATE } from './generate.ts'
import { MESSAGES } from './messages.ts'
import { RESPONSES } from './responses.ts'

export const SPEECHES: Readonly<Record<AnyProtocol, Speech>> = { messages: MESSAGES, responses: RESPONSES, chat: CHAT, generate: GENERATE }
