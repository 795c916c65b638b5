/** Which folders are splits. The disk decides, not the name alone: `train` with pictures and no folders is a class. */
import { join } from 'node:path'
import { counted, listed, printable, sameForm } from '../../core/text.ts'
import { LayoutError } from '../errors.ts'
import { fileKind } from './endings.ts'
import { type FolderEntries, readFolder } from './folder.ts'

export interface SplitFolders {
  readonly train: FolderEntries
  readonly validation: FolderEntries | undefined
  readonly test: FolderEntries | undefined
}

type SplitName = 'train' | 'validation' | 'test'

/** Names of the folders of a split, in any case. */
const splitNames: Readonly<Record<SplitName, readonly string[]>> = {
  train: ['train', 'training'],
  validation: ['val', 'valid', 'validation', 'dev'],
  test: ['test', 'testing'],
}

/**
 * The folders of the splits; undefined where the folders are classes.
 *
 * @throws {LayoutError} folders that can be both, or a split without training pictures
 * @throws {DatasetError} a folder that cannot be read
 */
export async function findSplits(root: FolderEntries): Promise<SplitFolders | undefined> {
  const hasTrain = root.folders.some((name) => splitNames.train.includes(name.toLowerCase()))
  const named = async (split: SplitName): Promise<FolderEntries | undefined> => {
    const found = root.folders.filter((name) => splitNames[split].includes(name.toLowerCase()))
    if (hasTrain && found.length > 1)
      throw new LayoutError(`${printable(root.path)} has two folders for one split`, {
        received: listed(found),
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
      throw new LayoutError(`${printable(root.path)} has no folder of training images`, {
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
        received: `${counted(pictureCount(train), 'image')} and no folders`,
        expected: 'one folder per class, with images in it',
        advice: 'sort the images into class folders: train/cat, train/dog',
      })
    return undefined
  }
  if (![test, validation].some((split) => split !== undefined && holdsClasses(split))) {
    const beside = await Promise.all(others.map((name) => readFolder(join(root.path, name))))
    const holding = beside.filter((entries) => !entries.isRun && pictureCount(entries) > 0)
    if (holding.length > 0) {
      if (pictureCount(train) > 0) return undefined
      throw new LayoutError(`${printable(train.path)} can be the training split or a class`, {
        received: `folders in it, and images in ${holding.map(({ path }) => printable(path)).join(', ')}`,
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

/** Pictures in the folder itself. */
export function pictureCount({ files }: FolderEntries): number {
  return files.filter((name) => fileKind(name) === 'picture').length
}
