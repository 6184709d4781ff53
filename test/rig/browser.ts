import { existsSync } from 'node:fs'
import type { Browser } from 'playwright-core'

/** Debian's browser; another one by `CHROMIUM`. */
const PROGRAM = process.env.CHROMIUM ?? '/usr/bin/chromium'

/** Why tests in a browser are skipped; undefined where there is one. */
export const noBrowser = existsSync(PROGRAM) ? undefined : `no browser at ${PROGRAM}`

/** A headless browser that reaches for nothing by itself. */
export async function openBrowser(): Promise<Browser> {
  const { chromium } = await import('playwright-core')
  const args = [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
    '--force-color-profile=srgb',
  ]
  return chromium.launch({ executablePath: PROGRAM, headless: true, args })
}
