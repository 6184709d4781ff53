import { styleText } from 'node:util'

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'

/** Colours a text; returns it as it is where there are no colours. */
export type Paint = (style: Style, text: string) => string

export function createPaint(color: boolean): Paint {
  return color ? (style, text) => styleText(style, text, { validateStream: false }) : (_style, text) => text
}

/** The colour in which a status is told. */
export function statusStyle(status: string): Style {
  if (status === 'passed') return 'green'
  if (status === 'failed') return 'red'
  return 'yellow'
}
