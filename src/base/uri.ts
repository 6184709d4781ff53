/** A path as a URI: absolute ones of the file scheme, the others relative. */
export function pathUri(path: string): string {
  const uri = path.toWellFormed().replaceAll('\\', '/').split('/').map((part) => encodeURIComponent(part)).join('/')
  return uri.startsWith('/') ? `file://${uri}` : uri
}
