import { readdirSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { removeLeftovers } from '../../../src/cli/report-leftovers.ts'
import { createFiles } from '../../../src/host/files.ts'
import { folderWith, removeFolders } from '../../rig/program.ts'

afterEach(removeFolders)

it('removes what killed processes left beside a report, and nothing else', async () => {
  const others = ['out.xml.tmp.0123456789ab.old', 'out.xml.tmp.zzz', 'other.xml.tmp.0123456789ab', 'out.xml.tmp.ffffffffffff']
  const folder = folderWith(Object.fromEntries(['out.xml', 'out.xml.tmp.0123456789ab', ...others].map((name) => [name, ''])))
  for (const name of readdirSync(folder)) if (!/^out\.xml$|ffff/.test(name)) utimesSync(join(folder, name), 1_000, 1_000)
  await removeLeftovers(createFiles(), join(folder, 'out.xml'))
  expect(readdirSync(folder).toSorted()).toEqual(['out.xml', ...others].toSorted())
})
