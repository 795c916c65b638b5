/**
 * Names of classes for folders that are called by WordNet's numbers, as those of ImageNet: `n01440764 tench, Tinca tinca`, a
 * line for each. Labels keep the order of the folders, which is that of ImageNet.
 */
import { join } from 'node:path'
import { printable, sameForm } from '../../core/text.ts'
import { DatasetError, LayoutError } from '../errors.ts'
import { synsetFiles } from './endings.ts'
import { exists, readBounded } from './files.ts'
import type { Layout } from './layout.ts'

const synset = /^n\d{8}$/
const limit = 2 ** 26

/**
 * The arrangement with names in place of numbers, where the folder has a file of them or one is given.
 *
 * @throws {DatasetError} a file that cannot be read, or that has no name for a class
 */
export async function withSynsets(layout: Layout, folder: string, given: string | undefined): Promise<Layout> {
  const file = given ?? (await ownFile(layout, folder))
  if (file === undefined) return layout
  const names = await readNames(file)
  const missing = layout.classes.find((name) => !names.has(name))
  if (missing !== undefined)
    throw new LayoutError(`${printable(file)} has no name for the class folder ${printable(missing)}`, {
      received: `${names.size} names`,
      expected: `a line such as n01440764 tench, Tinca tinca for each of the ${layout.classes.length} folders`,
      advice: 'add the line, or give another file: --synsets',
    })
  const first = (name: string) => sameForm((names.get(name) as string).split(',')[0]?.trim() || name)
  const firsts = layout.classes.map(first)
  // Two birds and machines are called crane.
  const renamed = new Map(
    layout.classes.map((name, i) => {
      const short = firsts[i] as string
      return [name, firsts.indexOf(short) === firsts.lastIndexOf(short) ? short : `${short} (${name})`]
    }),
  )
  const rename = <T extends { readonly name: string }>(list: readonly T[]) =>
    list.map((each) => ({ ...each, name: renamed.get(each.name) as string }))
  return {
    ...layout,
    classes: layout.classes.map((name) => renamed.get(name) as string),
    train: rename(layout.train),
    validation: layout.validation && rename(layout.validation),
    test: layout.test && rename(layout.test),
  }
}

async function ownFile({ classes }: Layout, folder: string): Promise<string | undefined> {
  if (!classes.every((name) => synset.test(name))) return undefined
  for (const name of synsetFiles) if (await exists(join(folder, name))) return join(folder, name)
  return undefined
}

async function readNames(file: string): Promise<ReadonlyMap<string, string>> {
  const text = new TextDecoder().decode(await readBounded(file, limit))
  const names = new Map<string, string>()
  for (const line of text.split(/\r?\n/)) {
    const [, number = '', name = ''] = /^\s*(\S+)\s+(\S.*?)\s*$/.exec(line) ?? []
    if (number !== '') names.set(sameForm(number), name)
  }
  if (names.size > 0) return names
  throw new DatasetError(`${printable(file)} has no names of classes`, {
    received: printable(text.slice(0, 60)),
    expected: 'lines such as n01440764 tench, Tinca tinca',
  })
}
