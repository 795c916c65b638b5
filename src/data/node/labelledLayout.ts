/** Pictures in a folder whose labels are in a table: the same arrangement that class folders give. */
import { join, relative, sep } from 'node:path'
import { counted, listed, printable, sameForm } from '../../core/text.ts'
import { readRegularFile } from '../../platform/regularFile.ts'
import { DatasetError } from '../errors.ts'
import type { ClassFolder } from './classes.ts'
import { exists } from './files.ts'
import { whyUnreadable } from './folder.ts'
import { type LabelledFile, type LabelTable, readLabelTable, refuseUntrained } from './labelTable.ts'
import { LabelTableError } from './labelTableError.ts'
import type { Layout } from './layout.ts'
import { LeftOut } from './leftOut.ts'
import { walk } from './walk.ts'

export interface LabelledLayout extends Layout {
  /** By path, for pictures that have numbers or several labels. They are then one class for the arrangement. */
  readonly targets?: ReadonlyMap<string, readonly number[]> | undefined
  /** What the targets are called. */
  readonly names?: readonly string[] | undefined
}

/** 256 MiB: some millions of lines. */
const tableLimit = 2 ** 28

/**
 * @param table path of the CSV file, in the folder or elsewhere; its files are paths in the folder
 * @throws {LabelTableError} a line that is wrong, or names a file that is not there
 * @throws {DatasetError} a table or folder that cannot be read
 */
export async function readLabelled(folder: string, table: string): Promise<LabelledLayout> {
  const path = (await exists(table)) ? table : join(folder, table)
  const bytes = await readRegularFile(path, tableLimit).catch((cause: unknown) => {
    throw new DatasetError(`cannot read the table of labels ${printable(table)}`, {
      ...whyUnreadable(path, cause),
      cause,
    })
  })
  const found = readLabelTable(new TextDecoder().decode(bytes), table)
  const leftOut = new LeftOut()
  const { pictures } = await walk(folder, leftOut)
  const files = filesOf(found, pictures, folder, table)
  const unlisted = pictures.length - new Set(files.values()).size
  const notices =
    unlisted === 0
      ? []
      : [
          {
            kind: 'left out' as const,
            count: unlisted,
            message: `${counted(unlisted, 'image')} of ${printable(folder)} ${unlisted === 1 ? 'is' : 'are'} not in ${printable(table)} and ${unlisted === 1 ? 'is' : 'are'} left out`,
          },
        ]
  const part = (split: 'train' | 'validation' | 'test') =>
    found.files.filter((each) => (each.split ?? 'train') === split)
  const [train, validation, test] = [part('train'), part('validation'), part('test')]
  const pathOf = (each: LabelledFile) => files.get(each) as string
  /** Where the table has none, they are held out. */
  const splits = (classesOf: (list: readonly LabelledFile[]) => readonly ClassFolder[]) => ({
    train: classesOf(train),
    validation: validation.length > 0 ? classesOf(validation) : undefined,
    test: test.length > 0 ? classesOf(test) : undefined,
  })
  if (found.kind !== 'classes') {
    const targets = new Map(found.files.map((each) => [pathOf(each), each.targets as readonly number[]]))
    const one = (list: readonly LabelledFile[]) => [{ name: '', folder, files: list.map(pathOf) }]
    return { classes: [''], ...splits(one), notices, targets, names: found.names }
  }
  const trained = new Set(train.map(({ label }) => label as string))
  refuseUntrained(table, trained, [...validation, ...test])
  const byClass = (list: readonly LabelledFile[]) => {
    const groups = new Map(found.names.map((name) => [name, [] as string[]]))
    for (const each of list) groups.get(each.label as string)?.push(pathOf(each))
    return found.names.map((name) => ({ name, folder, files: groups.get(name) as string[] }))
  }
  return { classes: found.names, ...splits(byClass), notices }
}

/** The picture of each line: by its path in the folder, or by that without its ending. */
function filesOf(
  { files }: LabelTable,
  pictures: readonly string[],
  folder: string,
  table: string,
): ReadonlyMap<LabelledFile, string> {
  const known = new Map<string, string>()
  const names = pictures.map((picture) => sameForm(relative(folder, picture).replaceAll(sep, '/')))
  names.forEach((name, i) => {
    const stem = name.replace(/\.[^./]+$/, '')
    if (!known.has(stem)) known.set(stem, pictures[i] as string)
  })
  // The whole name counts first.
  names.forEach((name, i) => void known.set(name, pictures[i] as string))
  const found = new Map<LabelledFile, string>()
  const lines = new Map<string, number>()
  for (const each of files) {
    const name = sameForm(each.file.replaceAll('\\', '/').replace(/^(\.\/)+/, ''))
    const path = known.get(name)
    if (path === undefined) {
      const same = names.filter((other) => other.endsWith(`/${name.split('/').at(-1)}`))
      throw new LabelTableError(table, each.line, `there is no image ${printable(each.file)}`, {
        received: printable(each.file),
        expected: `a path in ${printable(folder)}, of one of its ${counted(pictures.length, 'image')}`,
        advice: same.length > 0 ? `is it ${listed(same, 2)}?` : 'correct the line or remove it',
      })
    }
    const before = lines.get(path)
    if (before !== undefined)
      throw new LabelTableError(table, each.line, `${printable(each.file)} is there twice`, {
        received: `lines ${before} and ${each.line}`,
        expected: 'a line for each image',
      })
    lines.set(path, each.line)
    found.set(each, path)
  }
  return found
}
