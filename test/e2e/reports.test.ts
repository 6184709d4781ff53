import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Ajv } from 'ajv'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { validateXML } from 'xmllint-wasm'
import { noBrowser, openBrowser } from '../rig/browser.ts'
import { orchRun, removeFolders, repositoryWith } from '../rig/program.ts'

const FIXTURES = join(import.meta.dirname, '../unit/report/fixtures')
const AXE = createRequire(import.meta.url).resolve('axe-core')

const PIPELINE = `
checks:
  lint: { run: 'echo "src/a b.ts(3,5): error TS1: <no> & \\"fit\\""; exit 2', report: tsc }
  style: { kind: custom, run: exit 1, gate: warn }
steps:
  build: { run: 'printf "built\\033[31m <b>&amp;\\n"; echo "value=1" >> "$ORCH_OUTPUT"' }
  test: { needs: build, run: 'exit "\${{ matrix.code }}"', matrix: { code: [0, 3] } }
  prove: { needs: build, check: [lint, style] }
  change: { needs: build, workspace: worktree, run: 'echo new > new.txt; echo two > src/a.ts' }
  ask: { needs: build, approve: 'Ship <it>?' }
  later: { needs: test, run: "true" }
reports: { json: out/run.json, junit: out/run.xml, sarif: out/run.sarif, markdown: out/run.md, html: out/run.html }
`

let folder = ''

beforeAll(async () => {
  folder = repositoryWith({ 'p.yml': PIPELINE, 'src/a.ts': 'one\n' })
  const ended = await orchRun({ cwd: folder, args: ['p.yml', '--run-id', 'r1'] })
  expect([ended.code, ended.stderr.includes('cannot be written')]).toEqual([1, false])
})

afterAll(removeFolders)

const written = (name: string): string => readFileSync(join(folder, 'out', name), 'utf8')

describe('the reports of a run', () => {
  it('are JUnit that fits the schema of Jenkins: a case for each node and each check', async () => {
    const xml = written('run.xml')
    const schema = readFileSync(join(FIXTURES, 'jenkins-junit.xsd'), 'utf8')
    const { valid, errors } = await validateXML({ xml: [{ fileName: 'run.xml', contents: xml }], schema: [schema] })
    expect(errors.map(({ message }) => message)).toEqual([])
    expect(valid).toBe(true)
    const cases = [...xml.matchAll(/<testcase name="([^"]+)" classname="([^"]+)"[^>]*?(?:\/>|>\s*<(\w[\w-]*))/g)].map(([, name, group, inner]) => [group, name, inner ?? 'passed'])
    expect(cases).toEqual([
      ['p.build', 'build', 'passed'], ['p.test(code=0)', 'test(code=0)', 'passed'], ['p.test(code=3)', 'test(code=3)', 'failure'], ['p.prove', 'prove', 'failure'],
      ['p.prove', 'lint', 'failure'], ['p.prove', 'style', 'system-out'], ['p.change', 'change', 'passed'], ['p.ask', 'ask', 'skipped'], ['p.later', 'later', 'skipped'],
    ])
    expect(xml).toContain('<testsuites name="p"')
    expect(xml).toMatch(/tests="9" failures="3"/)
    expect(xml).toContain('src/a b.ts:3:5: error: &lt;no&gt; &amp; &quot;fit&quot; (TS1)')
  })

  it('are SARIF that fits the schema of 2.1.0: findings at their places, all else as notifications', () => {
    const log = JSON.parse(written('run.sarif')) as { runs: { results: object[]; invocations: { toolExecutionNotifications: { descriptor: { id: string } }[] }[] }[] }
    const validate = new Ajv({ strict: false, unicodeRegExp: false, formats: { 'uri-reference': true, uri: true, 'date-time': true } })
      .compile(JSON.parse(readFileSync(join(FIXTURES, 'sarif-2.1.0.schema.json'), 'utf8')) as object)
    expect([validate(log), validate.errors]).toEqual([true, null])
    expect(log.runs[0]?.results).toEqual([{
      ruleId: 'lint/TS1', ruleIndex: 0, level: 'error', message: { text: '<no> & "fit"' },
      locations: [{ physicalLocation: { artifactLocation: { uri: 'src/a%20b.ts' }, region: { startLine: 3, startColumn: 5 } } }],
      partialFingerprints: { 'orchRun/v1': expect.stringMatching(/^[0-9a-f]{32}$/) as string }, properties: { step: 'prove', check: 'lint' },
    }])
    expect(log.runs[0]?.invocations[0]?.toolExecutionNotifications.map(({ descriptor }) => descriptor.id).sort()).toEqual(['approval-needed', 'check-failed', 'exit-code'])
  })

  it('are markdown with every node', () => {
    expect(written('run.md')).toMatch(/^## p: failed\n/)
    for (const node of ['build', 'test(code&#61;3)', 'prove', 'later']) expect(written('run.md')).toContain(`<code>${node}</code>`)
  })

  it.skipIf(noBrowser !== undefined)(`are a page that a browser shows at every width, light and dark, without errors or requests${noBrowser === undefined ? '' : ` (skipped: ${noBrowser})`}`, async () => {
    const browser = await openBrowser()
    try {
      for (const colorScheme of ['light', 'dark'] as const) {
        for (const width of [360, 800, 1440]) {
          // The page's own policy lets no script in, that of the test neither.
          const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 }, bypassCSP: true, reducedMotion: 'reduce' })
          const page = await context.newPage()
          const told: string[] = []
          page.on('console', (message) => told.push(message.text()))
          page.on('pageerror', (error) => told.push(error.message))
          page.on('request', (request) => { if (!request.url().startsWith('file:')) told.push(request.url()) })
          await page.goto(pathToFileURL(join(folder, 'out/run.html')).href)
          await page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
          const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth')
          await page.addScriptTag({ path: AXE })
          const violations = await page.evaluate<string[]>("axe.run().then((found) => found.violations.map((one) => one.id + ': ' + one.nodes.map((node) => node.html).join(' ')))")
          expect([colorScheme, width, told, overflow, violations]).toEqual([colorScheme, width, [], 0, []])
          if (process.env.SCREENSHOTS !== undefined) await page.screenshot({ path: join(process.env.SCREENSHOTS, `${colorScheme}-${width}.png`), fullPage: true })
          await context.close()
        }
      }
    } finally {
      await browser.close()
    }
  })

  it('show what was printed and changed on the page, as text', () => {
    const page = written('run.html')
    expect(page).toContain('built &lt;b&gt;&amp;amp;')
    expect(page).toContain('<span class="added">+new</span>')
    expect(page).toContain('approval-needed: Ship &lt;it&gt;?')
    expect(page).not.toMatch(/<script|https?:/)
  })
})
