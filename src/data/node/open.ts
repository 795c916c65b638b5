/** Data sets by the names that the command line uses. Each form is a row. */
import { stat } from 'node:fs/promises'
import { ArgumentError } from '../../core/errors.ts'
import { checkOptions, type OptionNames, printKind } from '../../core/options.ts'
import { printable } from '../../core/text.ts'
import type { Dataset } from '../dataset.ts'
import { DatasetError, UnknownDatasetError } from '../errors.ts'
import { holdOut } from '../holdOut.ts'
import type { PictureSize } from '../resize.ts'
import { openCifar100At, openStl10At } from './binaries.ts'
import { openCifar10, openCifar10At } from './cifar10.ts'
import { whyUnreadable } from './folder.ts'
import { expandHome } from './home.ts'
import { type ImagesOptions, openImages } from './images.ts'
import { openMnist, openMnistFolder } from './mnist.ts'
import type { FetchOptions } from './package.ts'
import type { SplitOptions } from './splitting.ts'

export interface OpenOptions extends FetchOptions, SplitOptions {
  /** The network's input: what `images:FOLDER` brings its pictures to. Other data sets have a size of their own. */
  readonly size?: PictureSize | undefined
  /** For `images:FOLDER`; its `memoryLimit` also for `mnist:FOLDER`. */
  readonly images?:
    | Pick<
        ImagesOptions,
        'onBroken' | 'onProgress' | 'onStage' | 'onFiles' | 'memoryLimit' | 'labels' | 'synsets' | 'keepDecoded'
      >
    | undefined
}

interface Form {
  readonly usage: string
  readonly says: string
  readonly word: string
  /** Whether something must follow a colon. */
  readonly needsPath: boolean
  open(path: string | undefined, options: OpenOptions): Promise<Dataset>
}

/** What `openDataset` understands. */
export const datasetForms: readonly Form[] = [
  {
    usage: 'mnist',
    says: 'handwritten digits, 28×28×1; fetched once',
    word: 'mnist',
    needsPath: false,
    open: (path, options) =>
      withValidation(
        path === undefined ? openMnist(options) : openMnistFolder(path, options.images?.memoryLimit),
        options,
      ),
  },
  {
    usage: 'cifar10',
    says: 'ten kinds of things and animals, 32×32×3; fetched once',
    word: 'cifar10',
    needsPath: false,
    open: (path, options) => withValidation(path === undefined ? openCifar10(options) : openCifar10At(path), options),
  },
  {
    usage: 'cifar100:FOLDER',
    says: 'a hundred kinds of things, 32×32×3: the official binary files',
    word: 'cifar100',
    needsPath: true,
    open: (path, options) => withValidation(openCifar100At(path as string), options),
  },
  {
    usage: 'stl10:FOLDER',
    says: 'ten kinds of things and animals, 96×96×3: the official binary files',
    word: 'stl10',
    needsPath: true,
    open: (path, options) => withValidation(openStl10At(path as string), options),
  },
  {
    usage: 'images:FOLDER',
    says: 'your own images, one folder per class, or with --labels',
    word: 'images',
    needsPath: true,
    open: (path, options) => openFolder(path as string, options),
  },
]

/** For editors, which complete the names; any text may be given. */
export type DatasetName =
  | 'mnist'
  | 'cifar10'
  | `mnist:${string}`
  | `cifar10:${string}`
  | `cifar100:${string}`
  | `stl10:${string}`
  | `images:${string}`
  | (string & {})

const optionNames: OptionNames<OpenOptions> = {
  size: true,
  images: true,
  cache: true,
  onProgress: true,
  onNotice: true,
  signal: true,
  testFraction: true,
  validationFraction: true,
  splitSeed: true,
}

/**
 * Opens `mnist`, `mnist:FOLDER`, `cifar10`, `cifar10:FOLDER`, `cifar10:FILE.tar.gz` or `images:FOLDER`.
 *
 * @throws {UnknownDatasetError} another name, or a path that is missing
 * @throws {LensletError} whatever opening the data finds wrong
 */
export async function openDataset(spec: DatasetName, options: OpenOptions = {}): Promise<Dataset> {
  if (typeof spec !== 'string') {
    throw new ArgumentError('openDataset takes the name of a data set', {
      received: printKind(spec),
      expected: datasetForms.map(({ usage }) => usage).join(', '),
    })
  }
  checkOptions('openDataset', options, optionNames)
  const colon = spec.indexOf(':')
  const word = (colon < 0 ? spec : spec.slice(0, colon)).trim().toLowerCase()
  const path = colon < 0 ? undefined : expandHome(spec.slice(colon + 1).trim())
  const form = datasetForms.find((row) => row.word === word)
  if (form === undefined) throw await unknown(spec, word)
  if (path === '' || (path === undefined && form.needsPath))
    throw new UnknownDatasetError(`${form.word}: names no place`, {
      received: spec,
      expected: `${form.word}:FOLDER`,
      advice: `--data ${form.word}:./pictures`,
    })
  if (path !== undefined) await checkThere(spec, path)
  return form.open(path, options)
}

async function checkThere(spec: string, path: string): Promise<void> {
  const error: NodeJS.ErrnoException | undefined = await stat(path).then(
    () => undefined,
    (cause: NodeJS.ErrnoException) => cause,
  )
  if (error === undefined) return
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR')
    throw new DatasetError(`cannot read ${printable(path)}`, { ...whyUnreadable(path, error), cause: error })
  throw new UnknownDatasetError(`there is no ${printable(path)}`, {
    received: printable(spec),
    expected: 'a folder or a file that exists',
    advice: 'check the path; it is relative to the folder that you are in',
  })
}

/** Data with test pictures of its own: validation pictures can be held out, test pictures cannot. */
async function withValidation(opening: Promise<Dataset>, options: OpenOptions): Promise<Dataset> {
  const { testFraction, validationFraction = 0, splitSeed } = options
  const data = await opening
  const { labels = options.images?.synsets } = options.images ?? {}
  if (labels !== undefined)
    throw new ArgumentError(`labels have no effect: ${data.name} has labels of its own`, {
      received: labels,
      expected: 'images:FOLDER',
      advice: 'leave it out',
    })
  if (testFraction !== undefined)
    throw new ArgumentError(`testFraction has no effect: ${data.name} has test images of its own`, {
      received: `testFraction ${testFraction}`,
      expected: 'images:FOLDER without a test folder',
      advice: 'leave it out',
    })
  return validationFraction === 0 ? data : holdOut(data, { fraction: validationFraction, seed: splitSeed })
}

async function openFolder(path: string, options: OpenOptions): Promise<Dataset> {
  const { size, images, signal, cache, onNotice, testFraction, validationFraction, splitSeed } = options
  if (size === undefined)
    throw new UnknownDatasetError('images of your own need a size', {
      received: `images:${printable(path)} without a size`,
      expected: "the network's input, height × width × channels",
      advice: 'pass { size: { height: 32, width: 32, channels: 3 } }',
    })
  return openImages(path, {
    ...images,
    size,
    signal,
    cache,
    onNotice,
    testFraction,
    validationFraction,
    splitSeed,
  })
}

async function unknown(spec: string, word: string): Promise<UnknownDatasetError> {
  const near = datasetForms.find(
    (row) => row.word.startsWith(word.slice(0, 3)) || word.startsWith(row.word.slice(0, 4)),
  )
  const advice = (await isThere(spec)) ? `images:${printable(spec)}` : near ? near.usage : 'mnist'
  return new UnknownDatasetError(`unknown data set "${printable(spec)}"`, {
    received: printable(spec),
    expected: datasetForms.map(({ usage }) => usage).join(', '),
    advice: `--data ${advice}`,
  })
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
