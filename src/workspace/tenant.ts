import { join } from 'node:path'
import { copyEntries } from './entries.ts'
import type { Identity } from './identity.ts'
import { PLAIN_ATTRIBUTES } from './repository.ts'
import type { Slot, SlotPorts } from './slot.ts'

/**
 * Writes the `.git` that the tenant of a tree sees: a repository of its own at this commit, without remotes or branches, that
 * reads the objects of the user's. Nothing that is done to it is ever read by us; it is thrown away with the tenant.
 */
export async function writeTenantGit({ files, repository }: SlotPorts, slot: Slot): Promise<void> {
  const git = join(slot.tree, '.git')
  const [{ identity, ignores, shallow }] = await Promise.all([repository.manners, files.makeFolder(git)])
  await Promise.all(['objects/info', 'refs/heads', 'info'].map((folder) => files.makeFolder(join(git, folder))))
  await Promise.all([
    files.write(join(git, 'HEAD'), `${slot.commit}\n`),
    files.write(join(git, 'config'), configuration(identity, repository.user.objectFormat)),
    files.write(join(git, 'objects/info/alternates'), `${quoted(repository.objects)}\n`),
    files.write(join(git, 'info/attributes'), PLAIN_ATTRIBUTES),
    files.write(join(git, 'info/exclude'), ignores),
    shallow === undefined ? undefined : files.write(join(git, 'shallow'), shallow),
    files.write(join(git, 'index'), copyEntries(await files.readBytes(slot.index), repository.user.objectFormat, slot.handedOver)),
  ])
}

function configuration(identity: Identity, objectFormat: 'sha1' | 'sha256'): string {
  const sha256 = objectFormat === 'sha256'
  return `[core]
	repositoryFormatVersion = ${sha256 ? 1 : 0}
	bare = false
	fileMode = true
	autocrlf = false
[gc]
	auto = 0
[advice]
	detachedHead = false
[user]
	name = ${quoted(identity.name)}
	email = ${quoted(identity.email)}
${sha256 ? '[extensions]\n\tobjectFormat = sha256\n' : ''}`
}

function quoted(text: string): string {
  return `"${text.replace(/[\\"]/g, String.raw`\$&`).replaceAll('\n', String.raw`\n`)}"`
}
