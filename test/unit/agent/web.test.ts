import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import type { Page, Pages } from '../../../src/base/ports.ts'
import { PortError } from '../../../src/base/ports.ts'
import { pageText } from '../../../src/agent/page-text.ts'
import { createToolbox } from '../../../src/agent/toolbox.ts'
import { createPages } from '../../../src/host/pages.ts'
import { never, ports, taskIn, use } from './rig.ts'

const HOSTS: Readonly<Record<string, readonly string[]>> = { 'good.example': ['93.184.216.34'], 'other.example': ['93.184.216.35'], 'trap.example': ['93.184.216.34', '10.0.0.7'], 'meta.example': ['169.254.169.254'] }

/** A web of these pages by URL; what was asked of it, and at which address. */
function web(pages: Readonly<Record<string, Partial<Page>>>): { world: typeof ports; asked: string[] } {
  const asked: string[] = []
  const get: Pages['get'] = async ({ url, address }) => {
    asked.push(`${url} at ${address}`)
    const page = pages[url]
    if (!page) throw new PortError('EIO', url, 'connection refused')
    return { status: 200, headers: { 'content-type': 'text/html' }, body: Buffer.from(''), isCut: false, ...page }
  }
  return { asked, world: { ...ports, pages: { get }, sockets: { ...ports.sockets, resolve: async (host) => HOSTS[host] ?? [] } } }
}

const task = taskIn('/none', { tools: ['web'], permissions: 'read-only', allowHosts: ['good.example', 'trap.example', 'meta.example'] })

describe('reading a page', () => {
  it('gives the text of an allowed host, asked at the address that was judged', async () => {
    const { world, asked } = web({ 'https://good.example/a?b=1': { body: Buffer.from('<html><head><title>x</title></head><body><h1>Title</h1><script>evil()</script><p>One &amp; two</p></body>') } })
    expect(await use(task, 'get_page_content', { url: 'https://good.example/a?b=1' }, world)).toEqual({ output: 'https://good.example/a?b=1, status 200\n\nTitle\n\nOne & two', isError: false })
    expect(asked).toEqual(['https://good.example/a?b=1 at 93.184.216.34'])
  })

  it.each([
    'http://good.example/', 'https://good.example:8443/', 'https://user:pw@good.example/', 'https://other.example/', 'https://sub.good.example/', 'https://127.0.0.1/', 'https://2130706433/',
    'https://[::1]/', 'https://good.example.:443/', 'https://trap.example/', 'https://meta.example/latest/meta-data', 'file:///etc/passwd', 'https://good.example\0.other.example/', 'nonsense', '',
  ])('is refused before anything is sent for %j', async (url) => {
    const { world, asked } = web({})
    expect((await use(task, 'get_page_content', { url }, world)).isError).toBe(true)
    expect(asked).toEqual([])
  })

  it('follows redirects to allowed hosts alone, and not for ever', async () => {
    const to = (location: string): Partial<Page> => ({ status: 302, headers: { location } })
    const { world, asked } = web({
      'https://good.example/1': to('/2'), 'https://good.example/2': { headers: { 'content-type': 'text/plain' }, body: Buffer.from('there') }, 'https://good.example/out': to('https://other.example/'),
      'https://good.example/down': to('http://good.example/2'), 'https://good.example/meta': to('https://meta.example/'), 'https://good.example/loop': to('/loop'), 'https://good.example/bad': to('https://['),
    })
    const read = async (path: string): Promise<string> => (await use(task, 'get_page_content', { url: `https://good.example/${path}` }, world)).output
    expect([await read('1'), await read('out'), await read('down'), await read('meta'), await read('loop'), await read('bad')]).toEqual([
      'https://good.example/2, status 200\n\nthere', expect.stringContaining('the host `other.example` is not allowed'), 'only addresses that begin with `https://` can be read',
      'the host `meta.example` leads to an address that is not public', 'it redirects more than 5 times', '`https://good.example/bad` redirects to what is no address',
    ])
    expect(asked.every((line) => line.startsWith('https://good.example/'))).toBe(true)
  })

  it('gives no bytes of what is no text, and says what was cut', async () => {
    const { world } = web({ 'https://good.example/i': { headers: { 'content-type': 'image/png' } }, 'https://good.example/long': { headers: { 'content-type': 'text/plain' }, body: Buffer.from('x'.repeat(70_000)) } })
    expect((await use(task, 'get_page_content', { url: 'https://good.example/i' }, world)).output).toBe('`https://good.example/i` is no text but `image/png` (status 200)')
    const long = await use(task, 'get_page_content', { url: 'https://good.example/long' }, world)
    expect([long.output.length < 61_000, long.output.endsWith('[cut: the page is longer]')]).toEqual([true, true])
  })

  it('is offered where it was granted and a host is allowed, also to those that only read', () => {
    const offered = (changes: Parameters<typeof taskIn>[1]): string[] => [...createToolbox(ports, taskIn('/none', changes)).tools.keys()]
    expect([offered({ tools: ['web'], allowHosts: ['a.example'], permissions: 'read-only' }), offered({ tools: ['web'] }), offered({ tools: ['files.read'], allowHosts: ['a.example'] }).includes('get_page_content')]).toEqual([['get_page_content'], [], false])
  })
})

describe('a page of the host', () => {
  it('comes from the address that was given, within its size and time', async () => {
    const server = createServer((request, response) => {
      if (request.url === '/slow') return
      response.setHeader('content-type', 'text/plain').end(`${request.headers.host} ${'y'.repeat(5000)}`)
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    const { port } = server.address() as AddressInfo
    const order = { address: '127.0.0.1', timeoutMs: 5000, maxBytes: 100, signal: never }
    const page = await createPages().get({ ...order, url: `http://nowhere.example:${port}/` })
    expect([page.status, page.isCut, page.body.length, page.body.toString().startsWith(`nowhere.example:${port} yyy`)]).toEqual([200, true, 100, true])
    await expect(createPages().get({ ...order, url: `http://nowhere.example:${port}/slow`, timeoutMs: 50 })).rejects.toMatchObject({ code: 'ETIMEDOUT' })
    server.closeAllConnections()
    server.close()
    await expect(createPages().get({ ...order, url: `http://nowhere.example:${port}/` })).rejects.toBeInstanceOf(PortError)
  })
})

it.each([
  ['<p>a<p>b<br>c', 'a\nb\nc'], ['<!-- <p>no</p> -->yes', 'yes'], ['1 < 2 &lt; 3 &#x41;&#66;&bogus;&#xD800;', '1 < 2 < 3 AB&bogus;&#xD800;'], ['<script>x', ''], ['<style></styles>x</style>y', 'y'], ['<a href=">">x</a>', '">x'],
])('the text of %j', (html, text) => expect(pageText(html)).toBe(text))

it('the text of a page that was made to be slow is there at once', () => {
  const began = performance.now()
  for (const piece of ['<', '<script>', '<!--', '<p', '&', '</script']) pageText(piece.repeat(200_000))
  expect(performance.now() - began).toBeLessThan(3000)
})
