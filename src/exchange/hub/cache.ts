/**
 * The cache of the hub's own client (huggingface_hub, "Understand caching"), so that what one has fetched the other need not:
 *
 *     models--OWNER--NAME/refs/REVISION            the commit of a branch or tag
 *     models--OWNER--NAME/blobs/ETAG               contents
 *     models--OWNER--NAME/snapshots/COMMIT/FILE    a link to the contents
 */

import { link, mkdir, readFile, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { exists, makeFolder } from '../../data/node/files.ts'
import type { HubSpec } from './spec.ts'

export class HubCache {
  readonly folder: string

  /** @param cache the folder with a folder for each repository */
  constructor(cache: string, { owner, name }: Pick<HubSpec, 'owner' | 'name'>) {
    this.folder = join(cache, `models--${owner}--${name}`)
  }

  blob(etag: string): string {
    return join(this.folder, 'blobs', etag)
  }

  /** Where the file of a commit is, or would be. Also a place for files that people put there by hand. */
  file(commit: string, file: string): string {
    return join(this.folder, 'snapshots', ...commit.split('/'), ...file.split('/'))
  }

  /** The file of a revision, if it is here. A link that leads out of the repository's folder counts as absent. */
  async find(revision: string, file: string): Promise<string | undefined> {
    const commit = await readFile(join(this.folder, 'refs', ...revision.split('/')), 'utf8').catch(() => revision)
    const known = /^[0-9a-f]{40}$/.test(commit.trim()) ? commit.trim() : revision
    for (const each of new Set([known, revision])) {
      const path = this.file(each, file)
      if ((await exists(path)) && (await this.#isInside(path))) return path
    }
    return undefined
  }

  async #isInside(path: string): Promise<boolean> {
    const [home, target] = await Promise.all([realpath(this.folder), realpath(path)])
    const way = relative(home, target)
    return way !== '..' && !way.startsWith(`..${sep}`)
  }

  async isHere(etag: string): Promise<boolean> {
    return exists(this.blob(etag))
  }

  /** Names the contents `etag` as the file of a commit, and the commit as that of a revision. */
  async keep(revision: string, commit: string, file: string, etag: string): Promise<string> {
    const pointer = this.file(commit, file)
    await makeFolder(dirname(pointer))
    if (!(await exists(pointer))) {
      await rm(pointer, { force: true })
      const blob = this.blob(etag)
      // Windows allows links only to some; a second name for the same contents does as well.
      await symlink(relative(dirname(pointer), blob), pointer).catch(() => link(blob, pointer))
    }
    if (revision !== commit && /^[0-9a-f]{40}$/.test(commit)) await this.#writeReference(revision, commit)
    return pointer
  }

  async #writeReference(revision: string, commit: string): Promise<void> {
    const path = join(this.folder, 'refs', ...revision.split('/'))
    await mkdir(dirname(path), { recursive: true })
    const unfinished = `${path}.${process.pid}`
    await writeFile(unfinished, commit)
    await rename(unfinished, path)
  }
}
