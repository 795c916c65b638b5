/** A folder of pictures, a folder a class: `DIR/cat/1.png`, or `DIR/train/cat/1.png` and `DIR/test/cat/2.png`. */
import { readdir } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { Random } from '../../core/random.ts'
import { type Volume, volumeSize } from '../../core/shapes.ts'
import { type Dataset, dataset, type SplitSource } from '../dataset.ts'
import { DatasetError, EmptyClassError, PictureError } from '../errors.ts'
import type { PictureSize } from '../resize.ts'
import { decodeImage, pictureEndings } from './decode.ts'
import { isFolder } from './files.ts'

export interface ImagesOptions {
  /** What every picture is brought to: the network's input. */
  readonly size: PictureSize
  /** Part of each class that is kept for testing where the folder has no split of its own; 0.2 where it is not given. */
  readonly testFraction?: number
  /** Of that choice; 0 where it is not given. */
  readonly seed?: number
  /** Called with each picture that cannot be read, which is then left out. Without it the first one is an error. */
  readonly onBroken?: ((error: PictureError) => void) | undefined
  readonly onProgress?: ((progress: { readonly decoded: number; readonly total: number }) => void) | undefined
  readonly signal?: AbortSignal | undefined
  /** Most bytes that the decoded pictures may take; 4 GiB where it is not given. */
  readonly memoryLimit?: number
}

/** A picture file and its class. */
interface Entry {
  readonly file: string
  readonly label: number
}

/** Decoders at work at a time: two keep the pool busy while one waits for the disk, and bound the memory. */
const concurrency = 4
const testFolders = ['test', 'val', 'validation']

/**
 * @throws {EmptyClassError} a class without a picture
 * @throws {PictureError} a picture that cannot be read, without `onBroken`
 * @throws {DatasetError} no classes, other classes for testing, or more pictures than memory
 */
export async function openImages(folder: string, options: ImagesOptions): Promise<Dataset> {
  const { classes, train, test } = await listSplits(folder, options)
  const bytes = (train.length + test.length) * volumeSize(options.size)
  const { memoryLimit = 2 ** 32 } = options
  if (bytes > memoryLimit)
    throw new DatasetError(`the pictures of ${folder} do not fit into memory`, {
      received: `${train.length + test.length} pictures of ${volumeSize(options.size)} bytes, ${bytes} in all`,
      expected: `at most ${memoryLimit} bytes`,
      advice: 'a network with a smaller input, fewer pictures, or a higher memoryLimit',
    })
  let decoded = 0
  const total = train.length + test.length
  const report = () => options.onProgress?.({ decoded: ++decoded, total })
  return dataset({
    name: folder,
    classes,
    train: await decodeAll(train, options, report),
    test: await decodeAll(test, options, report),
  })
}

async function listSplits(folder: string, options: ImagesOptions) {
  if (!(await isFolder(folder)))
    throw new DatasetError(`${folder} is not a folder`, {
      received: folder,
      expected: 'a folder with a folder of pictures for each class',
      advice: 'check the path',
    })
  const inside = await subfolders(folder)
  const testFolder = testFolders.find((name) => inside.includes(name))
  if (!inside.includes('train')) {
    const all = await listClasses(folder)
    return { classes: all.map(({ name }) => name), ...stratify(all, options) }
  }
  const training = await listClasses(join(folder, 'train'))
  const classes = training.map(({ name }) => name)
  if (testFolder === undefined) return { classes, ...stratify(training, options) }
  const testing = await listClasses(join(folder, testFolder))
  const unknown = testing.find(({ name }) => !classes.includes(name))
  if (unknown)
    throw new DatasetError(`${join(folder, testFolder)} has a class that ${join(folder, 'train')} does not have`, {
      received: unknown.name,
      expected: classes.join(', '),
    })
  const entries = (list: readonly ClassFiles[]) =>
    list.flatMap(({ name, files }) => files.map((file) => ({ file, label: classes.indexOf(name) })))
  return { classes, train: entries(training), test: entries(testing) }
}

/**
 * The picture files of every class, of all splits, in the order of the labels.
 *
 * @throws {DatasetError | EmptyClassError} no classes, or a class without pictures
 */
export async function listPictures(folder: string): Promise<readonly ClassFiles[]> {
  const { classes, train, test } = await listSplits(folder, { size: { height: 1, width: 1, channels: 1 } })
  const files = classes.map((): string[] => [])
  for (const { file, label } of [...train, ...test]) files[label]?.push(file)
  return classes.map((name, label) => ({ name, files: files[label] as string[] }))
}

export interface ClassFiles {
  readonly name: string
  readonly files: readonly string[]
}

/** Sorted by code unit, so that labels are the same on every machine and in every language. */
async function listClasses(folder: string): Promise<ClassFiles[]> {
  const names = await subfolders(folder)
  if (names.length === 0)
    throw new DatasetError(`${folder} has no class folders`, {
      received: 'no folders',
      expected: 'a folder of pictures for each class',
    })
  return Promise.all(
    names.map(async (name) => {
      const all = await readdir(join(folder, name))
      const files = all.filter((file) => !file.startsWith('.') && pictureEndings.includes(extname(file).toLowerCase()))
      if (files.length === 0) throw new EmptyClassError(join(folder, name), pictureEndings)
      return { name, files: files.sort().map((file) => join(folder, name, file)) }
    }),
  )
}

async function subfolders(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => !name.startsWith('.')).sort()
  const areFolders = await Promise.all(names.map((name) => isFolder(join(folder, name))))
  return names.filter((_, index) => areFolders[index])
}

/** The same part of every class, chosen by the seed; each class keeps at least one picture for training. */
function stratify(classes: readonly ClassFiles[], { testFraction = 0.2, seed = 0 }: ImagesOptions) {
  if (!(testFraction > 0 && testFraction < 1))
    throw new DatasetError('not a part of the pictures', {
      received: String(testFraction),
      expected: 'a number between 0 and 1',
    })
  const train: Entry[] = []
  const test: Entry[] = []
  classes.forEach(({ name, files }, label) => {
    const shuffled = Random.seeded(seed, 'split', name).shuffle([...files])
    const kept = Math.min(files.length - 1, Math.max(1, Math.round(files.length * testFraction)))
    shuffled.forEach((file, index) => {
      ;(index < kept ? test : train).push({ file, label })
    })
  })
  return { train, test }
}

/** Decodes straight into the split's memory, a few pictures at a time; pictures left out close ranks. */
async function decodeAll(entries: readonly Entry[], options: ImagesOptions, report: () => void): Promise<SplitSource> {
  const { height, width, channels }: Volume = options.size
  const size = height * width * channels
  const images = new Uint8Array(entries.length * size)
  const broken = new Set<number>()
  let next = 0
  const worker = async () => {
    for (let i = next++; i < entries.length; i = next++) {
      try {
        options.signal?.throwIfAborted()
        images.set(await decodeImage((entries[i] as Entry).file, options.size), i * size)
      } catch (error) {
        if (!(error instanceof PictureError) || options.onBroken === undefined) {
          next = entries.length // The others stop, too.
          throw error
        }
        broken.add(i)
        options.onBroken(error)
      }
      report()
    }
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
  const good = entries.flatMap((_, index) => (broken.has(index) ? [] : index))
  good.forEach((from, to) => {
    if (from !== to) images.copyWithin(to * size, from * size, (from + 1) * size)
  })
  const labels = Uint16Array.from(good, (index) => (entries[index] as Entry).label)
  return { height, width, channels, images: images.subarray(0, good.length * size), labels }
}
