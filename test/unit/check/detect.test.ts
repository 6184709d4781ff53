import { describe, expect, it } from 'vitest'
import { detectChecks } from '../../../src/check/detect.ts'
import { createFiles } from '../../../src/host/files.ts'
import { folderWith } from './folder.ts'

async function detect(files: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  const found = await detectChecks(createFiles(), await folderWith(files))
  return Object.fromEntries([...found].map(([kind, { script, from, report }]) => [kind, `${from}: ${script}${report ? ` > ${report.format}` : ''}`]))
}

const scripts = (entries: Record<string, string>): string => JSON.stringify({ scripts: entries })

describe('detecting checks', () => {
  it('finds none in an empty folder', async () => {
    expect(await detect({})).toEqual({})
  })

  it('takes the scripts of package.json', async () => {
    expect(await detect({ 'package.json': scripts({ test: 'vitest', lint: 'oxlint', 'type-check': 'tsc' }) })).toEqual({
      types: 'package.json: npm run type-check', lint: 'package.json: npm run lint', tests: 'package.json: npm test',
    })
  })

  it.each([
    ['pnpm-lock.yaml', 'pnpm run lint', 'pnpm test'],
    ['yarn.lock', 'yarn run lint', 'yarn test'],
    ['bun.lock', 'bun run lint', 'bun run test'],
    ['package-lock.json', 'npm run lint', 'npm test'],
  ])('knows the package manager by %s', async (lock, lint, test) => {
    expect(await detect({ 'package.json': scripts({ test: 'x', lint: 'y' }), [lock]: '' })).toEqual({
      lint: `package.json: ${lint}`, tests: `package.json: ${test}`,
    })
  })

  it('knows the package manager by its own field where no lock file tells', async () => {
    expect(await detect({ 'package.json': '{"packageManager":"pnpm@9.1.0","scripts":{"test":"x"}}' })).toEqual({ tests: 'package.json: pnpm test' })
    expect(await detect({ 'package.json': '{"packageManager":"rm -rf /","scripts":{"test":"x"}}' })).toEqual({ tests: 'package.json: npm test' })
  })

  it.each([
    scripts({ test: 'echo "Error: no test specified" && exit 1' }),
    scripts({ test: '  ' }),
    '{"scripts":["test"]}',
    '{"scripts":{"test":1}}',
    '[]',
    '{ broken',
  ])('takes nothing from %s', async (manifest) => {
    expect(await detect({ 'package.json': manifest })).toEqual({})
  })

  it('takes the compiler and the linter where their configuration is and no script', async () => {
    expect(await detect({ 'package.json': '{}', 'tsconfig.json': '{}', 'eslint.config.mjs': '' })).toEqual({
      types: 'tsconfig.json: npx --no-install tsc --noEmit -p . > tsc',
      lint: 'eslint.config.mjs: npx --no-install eslint . --format json > eslint-json',
    })
    expect(await detect({ 'package.json': '{"eslintConfig":{},"scripts":{"types":"tsc"}}', 'tsconfig.json': '{}' })).toEqual({
      types: 'package.json: npm run types', lint: 'package.json: npx --no-install eslint . --format json > eslint-json',
    })
  })

  it('builds a solution, which names no file itself', async () => {
    expect(await detect({ 'tsconfig.json': '{ "files": [], // none\n "references": [{ "path": "./app" }] }' })).toEqual({
      types: 'tsconfig.json: npx --no-install tsc -b --noEmit > tsc',
    })
  })

  it('takes the tools that have a table in pyproject.toml', async () => {
    const toml = '[project]\nname = "tool.mypy"\n[[tool.mypy.overrides]]\n[tool.ruff.lint]\n [ tool . "pytest" . ini_options ] # x\n[tool.pyright]\n'
    expect(await detect({ 'pyproject.toml': toml })).toEqual({
      types: 'pyproject.toml: mypy .', lint: 'pyproject.toml: ruff check .', tests: 'pyproject.toml: pytest',
    })
    expect(await detect({ 'pyproject.toml': '[tool.pyright]\n# [tool.ruff]\n[tool.poetry]\n' })).toEqual({ types: 'pyproject.toml: pyright' })
  })

  it('takes what Go and Rust bring', async () => {
    expect(await detect({ 'go.mod': '' })).toEqual({ types: 'go.mod: go vet ./...', lint: 'go.mod: go vet ./...', tests: 'go.mod: go test ./...' })
    expect(await detect({ 'Cargo.toml': '' })).toEqual({
      types: 'Cargo.toml: cargo check', lint: 'Cargo.toml: cargo clippy', tests: 'Cargo.toml: cargo test',
    })
  })

  it('takes for each kind the first that tells', async () => {
    expect(await detect({ 'package.json': scripts({ lint: 'x' }), 'pyproject.toml': '[tool.ruff]\n[tool.pytest.ini_options]\n', 'Cargo.toml': '' })).toEqual({
      types: 'Cargo.toml: cargo check', lint: 'package.json: npm run lint', tests: 'pyproject.toml: pytest',
    })
  })
})
