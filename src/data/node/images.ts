/** A folder of pictures, one folder per class: `DIR/cat/1.png`, or `DIR/train/cat/1.png` and `DIR/test/cat/2.png`. */
import { type Volume, volumeSize } from '../../core/shapes.ts'
import { counted, listed, printable } from '../../core/text.ts'
import { classNotices } from '../balance.ts'
import { type DataNotice, type Dataset, dataset, type PictureColors } from '../dataset.ts'
import { BrokenPicturesError, DatasetError, EmptyClassError, LayoutError, type PictureError } from '../errors.ts'
import type { PictureSize } from '../resize.ts'
import type { ClassFiles } from './classes.ts'
import { type DecodeOptions, decodeAll } from './decodeAll.ts'
import { pictureEndings } from './endings.ts'
import { isFolder } from './files.ts'
import { readLayout } from './layout.ts'
import { MemoryBudget } from './memory.ts'
import { type Entry, type SplitOptions, splitEntries } from './splitting.ts'

export interface ImagesOptions extends SplitOptions, Omit<DecodeOptions, 'memory'> {
  /** Size that every picture is scaled and cropped to: the network's input. */
  readonly size: PictureSize
  /** Called with each picture that cannot be read, which is then left out. Without it they are an error. */
  readonly onBroken?: ((error: PictureError) => void) | undefined
  /**
   * Most bytes that the decoded pictures and their decoding may take together. Where it is not given: a quarter of the
   * machine's memory, at most 4 GiB.
   */
  readonly memoryLimit?: number | undefined
}

/**
 * The pictures lie one after another in one memory: training, validation, test.
 *
 * @throws {LayoutError} no classes, or other classes for testing
 * @throws {EmptyClassError} a class without a picture that can be read
 * @throws {BrokenPicturesError} pictures that cannot be read, without `onBroken`
 * @throws {ArgumentError} fractions that are invalid or have no effect
 * @throws {DatasetError} a folder that cannot be read, or more pictures than memory
 */
export async function openImages(folder: string, options: ImagesOptions): Promise<Dataset> {
  const { size, onBroken } = options
  if (!(await isFolder(folder)))
    throw new LayoutError(`${printable(folder)} is not a folder`, {
      received: printable(folder),
      expected: 'a folder with a folder of images for each class',
      advice: 'check the path; unpack an archive first',
    })
  const layout = await readLayout(folder)
  const { classes } = layout
  const { testFraction, ...split } = splitEntries(layout, options)
  const entries = [...split.train, ...split.validation, ...split.test]
  const memory = new MemoryBudget(options.memoryLimit)
  const space = allocate(folder, entries.length, size, memory)
  const { good, images, broken, colored } = await decodeAll(entries, space, { ...options, memory })
  if (broken.length > 0 && onBroken === undefined) throw new BrokenPicturesError(folder, broken, entries.length)
  for (const error of broken) onBroken?.(error)
  const isGood = new Set(good)
  const counts = { train: countsOf(split.train, isGood, classes), test: countsOf(split.test, isGood, classes) }
  const lost = layout.train.find((_, label) => counts.train[label] === 0)
  if (lost !== undefined)
    throw new EmptyClassError(
      lost.folder,
      pictureEndings,
      `${counted(lost.files.length, 'image')}, of which none is left for training`,
    )
  const colors = { color: colored, gray: good.length - colored }
  let at = 0
  const take = (part: readonly Entry[]) => {
    const kept = part.filter((entry) => isGood.has(entry))
    const from = at
    at += kept.length * volumeSize(size)
    const { height, width, channels } = size
    return { height, width, channels, images: images.subarray(from, at), labels: kept.map(({ label }) => label) }
  }
  return dataset({
    name: folder,
    classes,
    train: take(split.train),
    ...(split.validation.length > 0 && { validation: take(split.validation) }),
    test: take(split.test),
    testFraction,
    colors,
    notices: [
      ...layout.notices,
      ...brokenNotice(broken),
      ...colorNotice(colors, size),
      ...classNotices(classes, counts.train, counts.test),
    ],
  })
}

/** The picture files of a folder. */
export interface PictureFiles {
  /** In the order of the labels, with the pictures of all splits. */
  readonly classes: readonly Omit<ClassFiles, 'folder'>[]
  readonly notices: readonly DataNotice[]
}

/** @throws {DatasetError} as `openImages` */
export async function listPictures(folder: string): Promise<PictureFiles> {
  const { classes, train, validation = [], test = [], notices } = await readLayout(folder)
  const all = [...train, ...validation, ...test]
  const filesOf = (name: string) => all.flatMap((found) => (found.name === name ? found.files : []))
  return { classes: classes.map((name) => ({ name, files: filesOf(name) })), notices }
}

function allocate(folder: string, count: number, size: PictureSize, memory: MemoryBudget): Uint8Array {
  const bytes = count * volumeSize(size)
  const gigabytes = Math.ceil(bytes / 2 ** 30)
  const refused = (expected: string, cause?: unknown) =>
    new DatasetError(`the images of ${printable(folder)} do not fit into memory`, {
      received: `${count} images of ${volumeSize(size)} bytes, ${bytes} in all`,
      expected,
      advice: `a network with a smaller input, fewer images, or a higher limit: --memory-limit ${gigabytes}GB (in a program: memoryLimit)`,
      cause,
    })
  if (!memory.keep(bytes)) throw refused(`at most ${memory.limit} bytes`)
  try {
    return new Uint8Array(bytes)
  } catch (cause) {
    throw refused('no more than this process can have', cause)
  }
}

function countsOf(entries: readonly Entry[], good: ReadonlySet<Entry>, classes: readonly string[]): number[] {
  const counts = new Array<number>(classes.length).fill(0)
  for (const entry of entries) if (good.has(entry)) counts[entry.label] = (counts[entry.label] as number) + 1
  return counts
}

function brokenNotice(broken: readonly PictureError[]): DataNotice[] {
  const { length } = broken
  if (length === 0) return []
  const files = listed(broken.map(({ file }) => file))
  const message = `${counted(length, 'image')} cannot be read and ${length === 1 ? 'is' : 'are'} left out: ${files}`
  return [{ kind: 'broken', count: length, message }]
}

function colorNotice({ color, gray }: PictureColors, { height, width, channels }: Volume): DataNotice[] {
  if (channels === 1 && color > 0) {
    const pictures = gray === 0 ? `all ${counted(color, 'image')}` : `${color} of the ${color + gray} images`
    const message = `${pictures} are in color and become gray: the network's input has 1 channel; for color, use an input with 3, such as INPUT ${height}x${width}x3`
    return [{ kind: 'color', count: color, message }]
  }
  if (channels === 3 && color === 0) {
    const message = `all ${gray} images are gray, and the network's input has 3 channels, which are then equal; an input with 1, such as INPUT ${height}x${width}x1, is faster`
    return [{ kind: 'color', count: gray, message }]
  }
  return []
}
