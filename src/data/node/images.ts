/** A folder of pictures, one folder per class: `DIR/cat/1.png`, or `DIR/train/cat/1.png` and `DIR/test/cat/2.png`; or with a table of labels. */
import { type Volume, volumeSize } from '../../core/shapes.ts'
import { counted, listed, printable } from '../../core/text.ts'
import { classNotices } from '../balance.ts'
import { type DataNotice, type Dataset, dataset, type PictureColors, type SplitSource } from '../dataset.ts'
import { BrokenPicturesError, EmptyClassError, LayoutError, type PictureError } from '../errors.ts'
import type { PictureSize } from '../resize.ts'
import { pickFrom } from '../store.ts'
import type { ClassFiles } from './classes.ts'
import { findIncomplete } from './completeness.ts'
import type { DecodeOptions } from './decodeAll.ts'
import { decodedBefore } from './decodedCache.ts'
import { decodeSomewhere } from './decodeSomewhere.ts'
import { pictureEndings } from './endings.ts'
import { isFolder } from './files.ts'
import { byName } from './folder.ts'
import { type LabelledLayout, readLabelled } from './labelledLayout.ts'
import { readLayout } from './layout.ts'
import { measuredOnDisk } from './measuredOnDisk.ts'
import { defaultMemory } from './memory.ts'
import { type Entry, type SplitOptions, splitEntries } from './splitting.ts'
import { withSynsets } from './synsets.ts'

export interface ImagesOptions extends SplitOptions, Omit<DecodeOptions, 'memory'> {
  /** Size that every picture is scaled and cropped to: the network's input. */
  readonly size: PictureSize
  /** Called with each picture that cannot be read, which is then left out. Without it they are an error. */
  readonly onBroken?: ((error: PictureError) => void) | undefined
  /**
   * The most bytes that the decoded images and decoding may take together. Default: a quarter of the machine's memory, at
   * most 4 GiB. Images that do not fit are decoded to the disk, and read from there as they are needed.
   */
  readonly memoryLimit?: number | undefined
  /** A CSV file with the labels, in place of class folders; see labelTable.ts. */
  readonly labels?: string | undefined
  /** A file of names for class folders that are called by WordNet's numbers. Default: the one in the folder. */
  readonly synsets?: string | undefined
  /** Keep decoded images on the disk even if they fit into memory: the next start reads them there. Default false. */
  readonly keepDecoded?: boolean | undefined
  /** Where decoded images are kept. Default: the cache folder of the system. */
  readonly cache?: string | undefined
  /** What takes time, in words: `read for their mean and deviation`. */
  readonly onStage?:
    | ((progress: { readonly done: number; readonly total: number; readonly what: string }) => void)
    | undefined
  readonly onNotice?: ((message: string) => void) | undefined
  /** Called with the files of the images in each split, in their order. */
  readonly onFiles?: ((files: SplitFiles) => void) | undefined
}

/** Paths of image files, by split. */
export interface SplitFiles {
  readonly train: readonly string[]
  readonly validation: readonly string[]
  readonly test: readonly string[]
}

/**
 * The pictures lie one after another in one memory, training, validation, test; or in a store, if they do not fit.
 *
 * Files that were cut short are named before anything is decoded; every picture is decoded before the data set is there, so
 * that none can fail later.
 *
 * @throws {LayoutError} no classes, or other classes for testing
 * @throws {LabelTableError} a line of the table of labels that is wrong
 * @throws {EmptyClassError} a class without a picture that can be read
 * @throws {BrokenPicturesError} pictures that cannot be read, without `onBroken`
 * @throws {ArgumentError} fractions that are invalid or have no effect
 * @throws {DatasetError} a folder that cannot be read, or more pictures than the disk has room for
 */
export async function openImages(folder: string, options: ImagesOptions): Promise<Dataset> {
  const { size, onBroken } = options
  if (!(await isFolder(folder)))
    throw new LayoutError(`${printable(folder)} is not a folder`, {
      received: printable(folder),
      expected: 'a folder with a folder of images for each class',
      advice: 'check the path; unpack an archive first',
    })
  const layout = await layoutOf(folder, options)
  const { classes, targets, names = classes } = layout
  const { testFraction, ...split } = splitEntries(layout, options)
  const entries = [...split.train, ...split.validation, ...split.test]
  // Images that were decoded before and have not changed since need no second look.
  const before = await decodedBefore(folder, entries, options)
  const unknown = entries.filter((entry) => !before.has(entry))
  const incomplete = await findIncomplete(unknown, {
    signal: options.signal,
    onProgress: ({ checked, total }) => options.onStage?.({ done: checked, total, what: 'checked for completeness' }),
  })
  if (incomplete.size > 0 && onBroken === undefined)
    throw new BrokenPicturesError(folder, [...incomplete.values()], entries.length)
  const complete = entries.filter((entry) => !incomplete.has(entry))
  const { good, images, colored, stored, ...decoded } = await decodeSomewhere(folder, complete, options)
  const broken = [...incomplete.values(), ...decoded.broken].sort((a, b) => byName(a.file, b.file))
  if (broken.length > 0 && onBroken === undefined) throw new BrokenPicturesError(folder, broken, entries.length)
  for (const error of broken) onBroken?.(error)
  const isGood = new Set(good)
  const counts = { train: countsOf(split.train, isGood, classes), test: countsOf(split.test, isGood, classes) }
  const lost = targets === undefined ? layout.train.find((_, label) => counts.train[label] === 0) : undefined
  if (lost !== undefined)
    throw new EmptyClassError(
      lost.folder,
      pictureEndings,
      `${counted(lost.files.length, 'image')}, of which none is left for training`,
    )
  const colors = { color: colored, gray: good.length - colored }
  let at = 0
  const take = (part: readonly Entry[]): SplitSource => {
    const kept = part.filter((entry) => isGood.has(entry))
    const from = at
    at += kept.length
    const { height, width, channels } = size
    const own =
      images instanceof Uint8Array
        ? images.subarray(from * volumeSize(size), at * volumeSize(size))
        : pickFrom(
            images,
            kept.map((_, i) => from + i),
          )
    const common = { height, width, channels, images: own }
    if (targets === undefined) return { ...common, labels: kept.map(({ label }) => label) }
    return { ...common, targets: kept.flatMap(({ file }) => targets.get(file) as readonly number[]) }
  }
  const filesOf = (part: readonly Entry[]) => part.filter((entry) => isGood.has(entry)).map(({ file }) => file)
  options.onFiles?.({
    train: filesOf(split.train),
    validation: filesOf(split.validation),
    test: filesOf(split.test),
  })
  const train = take(split.train)
  const validation = split.validation.length > 0 ? take(split.validation) : undefined
  return dataset({
    name: folder,
    classes: names,
    train,
    ...(validation && { validation }),
    test: take(split.test),
    normalization: stored === undefined ? undefined : await measuredOnDisk(stored, train.images, options),
    testFraction,
    colors,
    notices: [
      ...layout.notices,
      ...brokenNotice(broken),
      ...(stored === undefined || images instanceof Uint8Array ? [] : [storedNotice(stored, good.length, options)]),
      ...colorNotice(colors, size),
      ...(targets === undefined ? classNotices(classes, counts.train, counts.test) : []),
    ],
  })
}

async function layoutOf(folder: string, { labels, synsets }: ImagesOptions): Promise<LabelledLayout> {
  if (labels !== undefined) return readLabelled(folder, labels)
  return withSynsets(await readLayout(folder), folder, synsets)
}

function storedNotice(
  folder: string,
  count: number,
  { size, memoryLimit = defaultMemory() }: ImagesOptions,
): DataNotice {
  const bytes = count * volumeSize(size)
  const message = `the images take ${bytes} bytes at ${size.height}×${size.width}×${size.channels}, more than the memory limit of ${memoryLimit}: they are decoded on the disk, in ${printable(folder)}, and read from there`
  return { kind: 'stored', count, message }
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
