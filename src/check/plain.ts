import { stripVTControlCharacters } from 'node:util'

/** What a tool printed as text alone: no colours, no control characters but line ends and tabs, every line end a line feed. */
export function plain(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\n\t]/gu, '')
}

/** At most so many characters; what was cut is told. */
export function clip(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest).toWellFormed()}… (${text.length - longest} more characters)`
}
