import { join } from './joiner-1.js'

export const path = (parts) => join(parts)
