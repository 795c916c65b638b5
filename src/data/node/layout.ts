/** What a folder of pictures holds: classes, or splits that hold classes; and what of it is not used. */
import { join } from 'node:path'
import { counted, printable } from '../../core/text.ts'
import type { DataNotice } from '../dataset.ts'
import { LayoutError } from '../errors.ts'
import { type ClassFolder, listClasses } from './classes.ts'
import { fileKind, synsetFiles } from './endings.ts'
import { type FolderEntries, readFolder } from './folder.ts'
import { LeftOut } from './leftOut.ts'
import { findSplits, pictureCount } from './splits.ts'
import { walk } from './walk.ts'

export interface Layout {
  readonly classes: readonly string[]
  readonly train: readonly ClassFolder[]
  readonly validation?: readonly ClassFolder[] | undefined
  /** Undefined where the folder has no test pictures of its own. */
  readonly test?: readonly ClassFolder[] | undefined
  readonly notices: readonly DataNotice[]
}

/**
 * `DIR/cat/1.png`; or `DIR/train/cat/1.png` with `DIR/test`, with `DIR/val` (which is then tested on), or with both.
 *
 * @throws {LayoutError} folders that are neither, or that can be both
 * @throws {DatasetError} a folder that cannot be read
 */
export async function readLayout(folder: string): Promise<Layout> {
  const root = await readFolder(folder)
  const leftOut = new LeftOut()
  const splits = await findSplits(root)
  const files = root.files.filter((name) =>
    root.isRun ? fileKind(name) !== 'no picture' : !synsetFiles.includes(name),
  )
  leftOut.addFiles({ ...root, files })
  if (splits === undefined) {
    const train = await listClasses(root, leftOut)
    return { classes: train.map(({ name }) => name), train, notices: leftOut.notices() }
  }
  const { train: training, validation, test } = splits
  await nameUnused(root, Object.values(splits), leftOut)
  leftOut.addFiles(training)
  const train = await listClasses(training, leftOut)
  const classes = train.map(({ name }) => name)
  const held = async (entries: FolderEntries | undefined) => {
    if (entries === undefined) return undefined
    leftOut.addFiles(entries)
    if (entries.folders.length === 0) return void leaveOut(entries, leftOut)
    const found = await listClasses(entries, leftOut, 'keep')
    checkClasses(found, classes, entries.path, training.path)
    if (found.some(({ files }) => files.length > 0)) return found
    return void leaveOut(entries, leftOut)
  }
  const [validated, tested] = [await held(validation), await held(test)]
  return {
    classes,
    train,
    validation: tested === undefined ? undefined : validated,
    test: tested ?? validated,
    notices: leftOut.notices(),
  }
}

/** A split's folder without pictures, or without class folders: then its pictures have no labels. */
function leaveOut(entries: FolderEntries, leftOut: LeftOut): void {
  const count = pictureCount(entries)
  const message = `the folder ${printable(entries.path)} is not used: it holds ${count === 0 ? 'no images' : `${counted(count, 'image')}, but no class folders, so there are no labels`}`
  leftOut.add({ kind: 'left out', count, message })
}

/** Folders beside the splits. */
async function nameUnused(
  root: FolderEntries,
  splits: readonly (FolderEntries | undefined)[],
  leftOut: LeftOut,
): Promise<void> {
  const used = new Set(splits.map((split) => split?.path))
  for (const name of root.folders) {
    const path = join(root.path, name)
    if (used.has(path)) continue
    const own = new LeftOut()
    // Whatever is wrong with a folder that is not used is no reason to stop.
    const found = await walk(path, own).catch(() => ({ pictures: [], runs: 0 }))
    if (found.runs > 0 && found.pictures.length === 0) leftOut.merge(own)
    else
      leftOut.add({
        kind: 'left out',
        count: found.pictures.length,
        message: `the folder ${printable(path)} beside the splits is not used (${counted(found.pictures.length, 'image')})`,
      })
  }
}

function checkClasses(
  found: readonly ClassFolder[],
  classes: readonly string[],
  folder: string,
  training: string,
): void {
  const unknown = found.filter(({ name }) => !classes.includes(name)).map(({ name }) => name)
  const [first] = unknown
  if (first === undefined) return
  const near = classes.find((name) => name.toLowerCase() === first.toLowerCase())
  throw new LayoutError(`${printable(folder)} has a class that ${printable(training)} does not have`, {
    received: unknown.map(printable).join(', '),
    expected: classes.map(printable).join(', '),
    advice: near === undefined ? 'remove the folder, or add training images' : `rename it to ${printable(near)}`,
  })
}
