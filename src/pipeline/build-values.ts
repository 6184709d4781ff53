import { parseDuration } from '../base/duration.ts'
import { usdToPico } from '../base/money.ts'
import type { Pico } from '../base/money.ts'
import type { Template } from './pipeline.ts'

/** Specs by name, in the order of the file. */
export function buildMap<Text, Spec>(
  texts: Readonly<Record<string, Text>> | undefined,
  build: (name: string, text: Text) => Spec,
): Map<string, Spec> {
  return new Map(Object.entries(texts ?? {}).map(([name, text]) => [name, build(name, text)]))
}

/** Texts by name; numbers and booleans as YAML writes them. */
export function buildEnv(env: Readonly<Record<string, string | number | boolean>> | undefined): Readonly<Record<string, Template>> {
  return Object.fromEntries(Object.entries(env ?? {}).map(([name, value]) => [name, String(value)]))
}

/** Milliseconds. */
export function buildDuration(text: string | undefined): number | undefined {
  return text === undefined ? undefined : parseDuration(text)
}

/** Pico-dollars of US dollars. */
export function buildMoney(usd: number | undefined): Pico | undefined {
  return usd === undefined ? undefined : usdToPico(usd)
}

/** One name is a list of one; a name that stands twice counts once. */
export function buildList(names: string | readonly string[] | undefined): string[] {
  return [...new Set(typeof names === 'string' ? [names] : names)]
}
