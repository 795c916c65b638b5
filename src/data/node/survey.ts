/** Looks at a folder of pictures without loading it: sizes, colors, what is broken, what is there twice. */
import { createHash } from 'node:crypto'
import type { DataNotice } from '../dataset.ts'
import { PictureError } from '../errors.ts'
import { decodePicture } from './decode.ts'
import { listPictures } from './images.ts'
import type { MemoryBudget } from './memory.ts'
import { pictureBytes, readPicture } from './pictureFile.ts'

export interface Survey {
  /** In the order of the labels; pictures that cannot be read are not counted. */
  readonly classes: readonly { readonly name: string; readonly count: number }[]
  /** Pictures that can be read. */
  readonly count: number
  /** Sides in pixels as the pictures are seen, EXIF orientation applied; sorted by area. */
  readonly sizes: readonly { readonly height: number; readonly width: number }[]
  /** How many pictures are in color; the others are gray. */
  readonly color: number
  readonly broken: readonly PictureError[]
  /** What the data set leaves out. */
  readonly notices: readonly DataNotice[]
  /** The same file in two classes: all but one of the labels are wrong. */
  readonly duplicates: readonly (readonly string[])[]
}

export interface SurveyOptions {
  readonly onProgress?: (progress: { readonly looked: number; readonly total: number }) => void
  readonly signal?: AbortSignal
  /** What the memory for decoding is taken from; default: the budget of the process. */
  readonly memory?: MemoryBudget | undefined
}

/** Pictures decoded at a time. */
const concurrency = 4
/** Colors are looked at in a picture of this side: scaling down averages the noise of JPEG away. */
const thumbnail = { height: 32, width: 32, channels: 3 }

/**
 * Decodes every picture once, as a training would.
 *
 * @throws {LayoutError | EmptyClassError} no classes, or a class without pictures
 */
export async function surveyImages(
  folder: string,
  { onProgress, signal, memory }: SurveyOptions = {},
): Promise<Survey> {
  const { classes, notices } = await listPictures(folder)
  const files = classes.flatMap(({ name, files }) => files.map((file) => ({ file, name })))
  const looks: (Look | PictureError)[] = new Array(files.length)
  let next = 0
  let looked = 0
  const worker = async () => {
    for (let i = next++; i < files.length; i = next++) {
      signal?.throwIfAborted()
      looks[i] = await look((files[i] as (typeof files)[number]).file, memory)
      onProgress?.({ looked: ++looked, total: files.length })
    }
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
  const good = files.flatMap(({ file, name }, index) => {
    const found = looks[index] as Look | PictureError
    return found instanceof PictureError ? [] : [{ file, name, ...found }]
  })
  return {
    classes: classes.map(({ name }) => ({ name, count: good.filter((each) => each.name === name).length })),
    count: good.length,
    sizes: good.map(({ height, width }) => ({ height, width })).sort((a, b) => a.height * a.width - b.height * b.width),
    color: good.filter(({ color }) => color).length,
    broken: looks.filter((each) => each instanceof PictureError),
    notices,
    duplicates: await duplicates(good),
  }
}

/** Whether a folder has pictures in color: some from every class are looked at, until one is. */
export async function hasColor(folder: string): Promise<boolean> {
  for (const { files } of (await listPictures(folder)).classes) {
    for (const file of spread(files, 16)) {
      const found = await look(file)
      if (!(found instanceof PictureError) && found.color) return true
    }
  }
  return false
}

/** The median of the shorter sides of some pictures, in pixels; undefined where none of them can be read. */
export async function usualSide(folder: string): Promise<number | undefined> {
  const files = (await listPictures(folder)).classes.flatMap((each) => each.files)
  const sides: number[] = []
  for (const file of spread(files, 64)) {
    const found = await look(file)
    if (!(found instanceof PictureError)) sides.push(Math.min(found.height, found.width))
  }
  return sides.sort((a, b) => a - b)[Math.floor(sides.length / 2)]
}

/** At most `count` items, evenly spaced. */
function spread<T>(items: readonly T[], count: number): readonly T[] {
  const step = Math.max(1, items.length / count)
  return Array.from({ length: Math.min(count, items.length) }, (_, index) => items[Math.floor(index * step)] as T)
}

interface Look {
  readonly height: number
  readonly width: number
  readonly color: boolean
}

async function look(file: string, memory?: MemoryBudget): Promise<Look | PictureError> {
  try {
    const { colored, sides } = await decodePicture(file, thumbnail, { memory })
    return { ...sides, color: colored }
  } catch (error) {
    if (error instanceof PictureError) return error
    throw error
  }
}

/** Only files of one length can be the same, so few are read. */
async function duplicates(files: readonly { readonly file: string; readonly name: string }[]) {
  const sized = await groups(files, ({ file }) => pictureBytes(file))
  const same = await Promise.all(
    sized.map((group) =>
      groups(group, async ({ file }) =>
        createHash('sha256')
          .update(await readPicture(file))
          .digest('hex'),
      ),
    ),
  )
  return same.flat().map((group) => group.map(({ file }) => file))
}

/** Groups of items with one key that belong to more than one class. */
async function groups<T extends { readonly name: string }>(items: readonly T[], key: (item: T) => Promise<unknown>) {
  const found = new Map<unknown, T[]>()
  for (const item of items) {
    const value = await key(item)
    const group = found.get(value)
    if (group === undefined) found.set(value, [item])
    else group.push(item)
  }
  return [...found.values()].filter((group) => new Set(group.map(({ name }) => name)).size > 1)
}
