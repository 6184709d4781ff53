import type { Protocol, Speech } from './answer.ts'
import { CHAT } from './chat.ts'
import { MESSAGES } from './messages.ts'
import { RESPONSES } from './responses.ts'

export const SPEECHES: Readonly<Record<Protocol, Speech>> = { messages: MESSAGES, responses: RESPONSES, chat: CHAT }
