/**
 * Whether a link in a tree stays there, whatever else is a link: it may climb first and descend then, never above the top,
 * and it may not point into a `.git`. Both paths have `/` between their parts; `path` is that of the link itself.
 */
export function staysInside(path: string, target: string): boolean {
  if (target === '' || target.startsWith('/') || target.includes('\0') || /^[a-z]:|\\/i.test(target)) return false
  const parts = target.split('/').filter((part) => part !== '' && part !== '.')
  const climbs = parts.findIndex((part) => part !== '..')
  const ups = climbs < 0 ? parts.length : climbs
  const rest = parts.slice(ups)
  return ups < path.split('/').length && !rest.includes('..') && !rest.some(isGitFolder)
}

function isGitFolder(name: string): boolean {
  return /^(\.git|git~\d+)[. ]*$/i.test(name)
}
