/** All pictures of a folder and of the folders inside it, as torchvision's ImageFolder counts them. */
import { realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { printable } from '../../core/text.ts'
import { DatasetError } from '../errors.ts'
import { fileKind } from './endings.ts'
import { type FolderEntries, readFolder, whyUnreadable } from './folder.ts'
import type { LeftOut } from './leftOut.ts'

/** Folders inside folders: more is a mistake, or a link that makes copies of itself. */
const deepest = 32

export interface Walked {
  /** Paths, in the order of names, folder after folder. */
  readonly pictures: readonly string[]
  /** Folders inside that `lenslet train` made; their pictures are not counted. */
  readonly runs: number
}

/**
 * @param entries the folder's own, where they are known already
 * @throws {DatasetError} a folder that cannot be read, that contains itself, or that lies too deep
 */
export async function walk(folder: string, leftOut: LeftOut, entries?: FolderEntries): Promise<Walked> {
  const pictures: string[] = []
  let runs = 0
  const visit = async (path: string, known: FolderEntries | undefined, above: readonly string[]): Promise<void> => {
    const { folders, files, ...rest } = known ?? (await readFolder(path))
    if (rest.isRun) {
      leftOut.addRun(path)
      runs++
      return
    }
    leftOut.addFiles({ folders, files, ...rest })
    for (const name of files) if (fileKind(name) === 'picture') pictures.push(join(path, name))
    if (folders.length === 0) return
    const here = await realpath(path).catch((cause: unknown) => {
      throw new DatasetError(`cannot read the folder ${printable(path)}`, { ...whyUnreadable(path, cause), cause })
    })
    if (above.includes(here))
      throw new DatasetError(`the folder ${printable(path)} contains itself`, {
        received: `a symbolic link to ${printable(here)}`,
        expected: 'folders that end',
        advice: 'remove the link',
      })
    if (above.length >= deepest)
      throw new DatasetError(`the folder ${printable(path)} is nested too deeply`, {
        received: `more than ${deepest} folders inside each other`,
        expected: 'one folder per class, with images in it',
        advice: 'move the images up',
      })
    for (const name of folders) await visit(join(path, name), undefined, [...above, here])
  }
  await visit(folder, entries, [])
  return { pictures, runs }
}
