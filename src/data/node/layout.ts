/**
 * What the folders of a folder of pictures are: classes, or splits that hold classes. The disk decides, not the name alone:
 * a folder called `train` that holds pictures and no folders is a class.
 */
import { join } from 'node:path'
import { counted, listed, printable, sameForm } from '../../core/text.ts'
import type { DataNotice } from '../dataset.ts'
import { LayoutError } from '../errors.ts'
import { type ClassFolder, listClasses } from './classes.ts'
import { fileKind } from './endings.ts'
import { type FolderEntries, readFolder } from './folder.ts'
import { LeftOut } from './leftOut.ts'
import { walk } from './walk.ts'

export interface Layout {
  readonly classes: readonly string[]
  readonly train: readonly ClassFolder[]
  readonly validation?: readonly ClassFolder[] | undefined
  /** Undefined where the folder has no test pictures of its own. */
  readonly test?: readonly ClassFolder[] | undefined
  readonly notices: readonly DataNotice[]
}

type SplitName = 'train' | 'validation' | 'test'

/** Names of the folders of a split, in any case. */
const splitNames: Readonly<Record<SplitName, readonly string[]>> = {
  train: ['train', 'training'],
  validation: ['val', 'valid', 'validation', 'dev'],
  test: ['test', 'testing'],
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
  leftOut.addFiles(root.isRun ? { ...root, files: root.files.filter((name) => fileKind(name) !== 'no picture') } : root)
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

/** The folders of the splits, where there is one for training. */
async function findSplits(root: FolderEntries) {
  const named = async (split: SplitName): Promise<FolderEntries | undefined> => {
    const found = root.folders.filter((name) => splitNames[split].includes(name.toLowerCase()))
    if (found.length > 1)
      throw new LayoutError(`${printable(root.path)} has two folders for one split`, {
        received: found.join(', '),
        expected: `one folder for ${split}`,
        advice: 'rename one of them',
      })
    return found[0] === undefined ? undefined : readFolder(join(root.path, found[0]))
  }
  const [train, validation, test] = [await named('train'), await named('validation'), await named('test')]
  const others = root.folders.filter((name) => !Object.values(splitNames).flat().includes(name.toLowerCase()))
  if (train === undefined) {
    const alone = [test, validation].find((split) => split !== undefined && holdsClasses(split))
    if (alone !== undefined && others.length === 0)
      throw new LayoutError(`${printable(root.path)} has no folder of training pictures`, {
        received: `only ${printable(alone.path)}`,
        expected: 'train beside it, or one folder per class',
        advice: `images:${printable(alone.path)} opens its classes alone`,
      })
    const classesToo = alone?.folders.filter((name) => others.some((other) => sameForm(other) === sameForm(name))) ?? []
    if (alone !== undefined && classesToo.length > 0)
      throw new LayoutError(`${printable(alone.path)} can be a split or a class`, {
        received: `${listed(classesToo)} in it and beside it`,
        expected: 'one folder per class, or train beside it',
        advice: `move the other classes into ${printable(join(root.path, 'train'))}; for a class, rename the folder`,
      })
    return undefined
  }
  if (train.folders.length === 0) {
    if (others.length === 0 && (test ?? validation) !== undefined)
      throw new LayoutError(`${printable(train.path)} has no class folders`, {
        received: `${counted(pictureCount(train), 'picture')} and no folders`,
        expected: 'one folder per class, with pictures in it',
        advice: 'sort the pictures into class folders: train/cat, train/dog',
      })
    return undefined
  }
  if (test === undefined && validation === undefined) {
    const beside = await Promise.all(others.map((name) => readFolder(join(root.path, name))))
    const holding = beside.filter((entries) => !entries.isRun && pictureCount(entries) > 0)
    if (holding.length > 0) {
      if (pictureCount(train) > 0) return undefined
      throw new LayoutError(`${printable(train.path)} can be the training split or a class`, {
        received: `folders in it, and pictures in ${holding.map(({ path }) => printable(path)).join(', ')}`,
        expected: 'one folder per class, or train beside test',
        advice: `images:${printable(train.path)} for its classes alone; for a class, rename the folder`,
      })
    }
  }
  return { train, validation, test }
}

function holdsClasses(entries: FolderEntries): boolean {
  return entries.folders.length > 0 && pictureCount(entries) === 0
}

function pictureCount({ files }: FolderEntries): number {
  return files.filter((name) => fileKind(name) === 'picture').length
}

/** A split's folder without pictures, or without class folders: then its pictures have no labels. */
function leaveOut(entries: FolderEntries, leftOut: LeftOut): void {
  const count = pictureCount(entries)
  const message = `the folder ${printable(entries.path)} is not used: it holds ${count === 0 ? 'no pictures' : `${counted(count, 'picture')}, but no class folders, so there are no labels`}`
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
        message: `the folder ${printable(path)} beside the splits is not used (${counted(found.pictures.length, 'picture')})`,
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
    advice: near === undefined ? 'remove the folder, or add training pictures' : `rename it to ${printable(near)}`,
  })
}
