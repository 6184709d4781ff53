import type { Plugin } from 'esbuild'

/**
 * `@actions/core` can ask for tokens of OpenID Connect, which nothing of ours does; only for that it would load an HTTP client at each
 * start of the action, which costs more than all the rest.
 */
export const withoutTokens: Plugin = {
  name: 'without-tokens',
  setup(build) {
    build.onResolve({ filter: /^@actions\/http-client/ }, ({ path, importer }) =>
      (/[\\/]@actions[\\/]core[\\/]/.test(importer) ? { path, namespace: 'no-client', sideEffects: false } : undefined))
    build.onLoad({ filter: /.*/, namespace: 'no-client' }, () => ({ contents: 'export class HttpClient {}\nexport class BearerCredentialHandler {}\n', loader: 'js' }))
  },
}
