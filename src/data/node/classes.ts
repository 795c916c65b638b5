/** The class folders of a folder: one folder per class, with pictures in it or in folders inside it. */
import { basename, join, relative, sep } from 'node:path'
import { counted, listed, printable, sameForm } from '../../core/text.ts'
import { EmptyClassError, LayoutError } from '../errors.ts'
import { fileKind, pictureEndings } from './endings.ts'
import { byName, type FolderEntries, readFolder } from './folder.ts'
import { LeftOut } from './leftOut.ts'
import { walk } from './walk.ts'

export interface ClassFiles {
  /** In NFC. */
  readonly name: string
  /** Paths of the pictures. */
  readonly files: readonly string[]
}

export interface ClassFolder extends ClassFiles {
  readonly folder: string
}

/** What an empty class folder is: an error, unless the pictures are only for testing. */
export type WhenEmpty = 'refuse' | 'keep'

/**
 * Sorted by name. A folder that holds files, but no pictures, is not a class, and a notice says so.
 *
 * @throws {LayoutError} no classes, or two folders whose names are one in NFC
 * @throws {EmptyClassError} a class folder that is empty, or whose pictures have formats that cannot be read
 * @throws {DatasetError} a folder that cannot be read
 */
export async function listClasses(
  { path, folders, files }: FolderEntries,
  leftOut: LeftOut,
  whenEmpty: WhenEmpty = 'refuse',
): Promise<ClassFolder[]> {
  const classes: ClassFolder[] = []
  for (const name of folders) {
    const folder = join(path, name)
    const entries = await readFolder(folder)
    const own = new LeftOut()
    const { pictures, runs } = await walk(folder, own, entries)
    const found = { name: sameForm(name), folder, files: pictures }
    if (pictures.length > 0) {
      leftOut.merge(own)
      classes.push(found)
    } else if (whenEmpty === 'keep') {
      leftOut.merge(own)
      if (runs === 0) classes.push(found)
    } else if (runs > 0) leftOut.merge(own)
    else if (own.unreadable > 0 || own.foreign === 0) throw new EmptyClassError(folder, pictureEndings, own.says())
    else
      leftOut.add({
        kind: 'left out',
        count: own.foreign,
        message: `the folder ${printable(folder)} holds no images and is not a class: ${own.says()}`,
      })
  }
  const pictures = files.filter((name) => fileKind(name) === 'picture')
  if (classes.length === 0) throw noClasses(path, pictures)
  if (classes.length === 1 && whenEmpty === 'refuse') nameFoldersOf(classes[0] as ClassFolder, leftOut)
  const twice = classes.find(({ name }, index) => classes.findIndex((other) => other.name === name) !== index)
  if (twice !== undefined)
    throw new LayoutError(`${printable(path)} has two folders for one class`, {
      received: `${printable(twice.name)} twice: once in Unicode NFC, once in NFD`,
      expected: 'one folder per class',
      advice: 'put the images into one of them',
    })
  const loose = pictures.length
  if (loose > 0) {
    const lie = loose === 1 ? 'lies' : 'lie'
    const message = `${counted(loose, 'image')} ${lie} beside the class folders of ${printable(path)} and ${loose === 1 ? 'is' : 'are'} left out: ${listed(pictures, 3)}`
    leftOut.add({ kind: 'left out', count: loose, message })
  }
  return classes.sort((a, b) => byName(a.name, b.name))
}

/** One class whose pictures all lie deeper is often a folder too many. */
function nameFoldersOf({ folder, files }: ClassFolder, leftOut: LeftOut): void {
  const inside = files.map((file) => relative(folder, file).split(sep))
  if (inside.some(({ length }) => length === 1)) return
  const folders = [...new Set(inside.map(([first = '']) => first))]
  leftOut.add({
    kind: 'classes',
    count: folders.length,
    message: `all images of the class ${printable(basename(folder))} lie in its ${folders.length === 1 ? 'folder' : 'folders'} ${listed(folders)}; to open those as classes or splits: images:${printable(folder)}`,
  })
}

function noClasses(path: string, pictures: readonly string[]): LayoutError {
  return new LayoutError(`${printable(path)} has no class folders`, {
    received:
      pictures.length === 0 ? 'no folders of images' : `${counted(pictures.length, 'image')} and no folders of images`,
    expected: 'one folder per class, with images in it',
    advice:
      pictures.length === 0
        ? 'check the path'
        : `make a folder for each class, such as ${printable(join(basename(path), 'cat'))}, and move its images there`,
  })
}
