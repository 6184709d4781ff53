import type { Plugin } from 'esbuild'
import { getBuiltinModule } from 'node:process'

/** Packages that load with every command; the heavy ones get node's modules as they expect them. */
const LIGHT = /[\\/](src|node_modules[\\/](commander|js-yaml))[\\/]/

/**
 * Imports of node's modules without their facade for ES modules, which touches every export, and so loads what half of them
 * need. A function is looked up when it is called: a module of which nothing else is used is not loaded before.
 */
export const builtins: Plugin = {
  name: 'builtins',
  setup(build) {
    build.onResolve({ filter: /^node:/ }, ({ path, kind, importer }) => {
      const isOurs = kind === 'import-statement' && LIGHT.test(importer)
      return isOurs ? { path, namespace: 'builtin', sideEffects: false } : { path, external: true }
    })
    build.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({ contents: facade(path), loader: 'js' }))
  },
}

/** What every function has; one that has more, such as a form of its own for `promisify`, is handed over as it is. */
const USUAL = new Set<string | symbol>(['length', 'name', 'prototype', 'arguments', 'caller'])

function facade(path: string): string {
  const module = getBuiltinModule(path) as Record<string, unknown>
  const load = `process.getBuiltinModule(${JSON.stringify(path)})`
  const names = Object.keys(module).filter((name) => /^[A-Za-z]\w*$/.test(name) && name !== 'default')
  const lines = names.map((name) => {
    const item = module[name]
    const isPlain = /^[a-z]/.test(name) && typeof item === 'function' && Reflect.ownKeys(item).every((key) => USUAL.has(key))
    return isPlain ? `export const ${name} = (...args) => ${load}.${name}(...args)` : `export const ${name} = /* @__PURE__ */ (() => ${load}.${name})()`
  })
  const whole = path === 'node:child_process' ? `new Proxy({}, { get: (_, name) => ${load}[name] })` : `(() => ${load})()`
  return `${lines.join('\n')}\nexport default /* @__PURE__ */ ${whole}\n`
}
