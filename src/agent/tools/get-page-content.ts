import { PortError } from '../../base/ports.ts'
import { err, ok } from '../../base/result.ts'
import type { Result } from '../../base/result.ts'
import { isHostName, isPublicAddress } from '../../sandbox/addresses.ts'
import { pageText } from '../page-text.ts'
import { answer, refuse } from '../tool.ts'
import type { Tool, ToolAnswer, ToolWorld } from '../tool.ts'
import { defineTool } from './define.ts'

const FIELDS = { url: { type: 'string', about: 'Address of the page: `https://…`, on a host that is allowed.' } } as const

const MOST_REDIRECTS = 5
const MOST_BYTES = 2 * 1024 * 1024
const MOST_CHARACTERS = 60_000
const TIMEOUT_MS = 20_000

/** A page of an allowed host as text. Every redirect is looked at like the first address: it may lead to allowed hosts alone. */
export function getPageContentTool(world: ToolWorld): Tool {
  return defineTool({
    name: 'get_page_content',
    about: `Gets a page by HTTPS and gives its text. Hosts that are allowed: ${world.task.allowHosts.join(', ') || 'none'}.`,
    access: 'read',
    fields: FIELDS,
    activity: ['reading', 'url'],
    async run({ url }, signal) {
      let at = url
      for (let turn = 0; turn <= MOST_REDIRECTS; turn += 1) {
        const got = await get(world, at, signal)
        if (typeof got !== 'string') return got
        at = got
      }
      return refuse(`it redirects more than ${MOST_REDIRECTS} times`)
    },
  })
}

/** The answer, or the address that a redirect leads to. */
async function get(world: ToolWorld, text: string, signal: AbortSignal): Promise<ToolAnswer | string> {
  const place = await placeOf(world, text)
  if (!place.ok) return refuse(place.error)
  const { url, address } = place.value
  try {
    const { status, headers, body, isCut } = await world.ports.pages.get({ url: url.href, address, timeoutMs: TIMEOUT_MS, maxBytes: MOST_BYTES, signal })
    const location = headers['location']
    if (status >= 300 && status < 400 && location !== undefined) return new URL(location, url).href
    const type = headers['content-type'] ?? ''
    if (!/^(text\/|application\/([\w.+-]*\+)?(json|xml|xhtml\+xml|javascript)\b)/i.test(type)) return refuse(`\`${url.href}\` is no text but \`${type.slice(0, 100)}\` (status ${status})`)
    const page = body.toString('utf8')
    const shown = /html/i.test(type) ? pageText(page) : page
    const left = shown.length - MOST_CHARACTERS
    const note = left > 0 || isCut ? `\n[cut: the page is longer]` : ''
    return answer(`${url.href}, status ${status}\n\n${shown.slice(0, MOST_CHARACTERS)}${note}`)
  } catch (error) {
    if (error instanceof TypeError) return refuse(`\`${url.href}\` redirects to what is no address`)
    if (!(error instanceof PortError)) throw error
    return refuse(`\`${url.href}\` cannot be read: ${error.message}`)
  }
}

async function placeOf({ task, ports }: ToolWorld, text: string): Promise<Result<{ readonly url: URL; readonly address: string }, string>> {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol !== 'https:') return err('only addresses that begin with `https://` can be read')
  const host = url.hostname
  if (url.port !== '' || url.username !== '' || url.password !== '' || !isHostName(host)) return err(`\`${text.slice(0, 200)}\` may hold a host name alone: no port, no user, no numeric address`)
  if (!task.allowHosts.includes(host)) return err(`the host \`${host}\` is not allowed; allowed are ${task.allowHosts.map((one) => `\`${one}\``).join(', ') || 'none'}`)
  try {
    const addresses = await ports.sockets.resolve(host)
    const [address] = addresses
    if (address === undefined || !addresses.every(isPublicAddress)) return err(`the host \`${host}\` leads to an address that is not public`)
    return ok({ url, address })
  } catch (error) {
    if (error instanceof PortError) return err(error.message)
    throw error
  }
}
