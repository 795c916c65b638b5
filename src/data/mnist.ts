/** MNIST from its four IDX files (LeCun, Cortes, Burges), wherever the bytes come from. Other sets of the same layout work, too. */
import { type Dataset, dataset, type SplitSource } from './dataset.ts'
import { IdxError } from './errors.ts'
import { gunzip, isGzip } from './gunzip.ts'
import { parseIdx } from './idx.ts'
import type { Normalization } from './normalization.ts'

/** The official names of the four files, without `.gz`. */
export const mnistFiles = {
  trainImages: 'train-images-idx3-ubyte',
  trainLabels: 'train-labels-idx1-ubyte',
  testImages: 't10k-images-idx3-ubyte',
  testLabels: 't10k-labels-idx1-ubyte',
} as const

export type MnistFile = keyof typeof mnistFiles

/** Of the 60,000 training digits, as `measureNormalization` gives it (a test repeats the measurement). */
export const mnistNormalization: Normalization = { mean: [0.1306604762738429], std: [0.30810780385646264] }

/** 1 GiB: sixteen times MNIST; what a packed file may become. */
const unpackedLimit = 2 ** 30

export interface IdxDatasetOptions {
  readonly name?: string
  /** Names of the classes; the digits 0 to 9 where they are not given. */
  readonly classes?: readonly string[]
  readonly normalization?: Normalization
}

/**
 * A data set from the bytes of four IDX files, packed by gzip or not.
 *
 * @throws {IdxError | TruncatedFileError | ArchiveError} a file that is not what it should be
 * @throws {DatasetError | LabelRangeError} files that do not fit together
 */
export async function idxDataset(
  files: Readonly<Record<MnistFile, Uint8Array>>,
  options: IdxDatasetOptions = {},
): Promise<Dataset> {
  const { name = 'mnist', classes = Array.from('0123456789') } = options
  const train = await readSplit(files, 'trainImages', 'trainLabels')
  const test = await readSplit(files, 'testImages', 'testLabels')
  return dataset({
    name,
    classes,
    train,
    test,
    ...(options.normalization && { normalization: options.normalization }),
  })
}

async function readSplit(
  files: Readonly<Record<MnistFile, Uint8Array>>,
  images: MnistFile,
  labels: MnistFile,
): Promise<SplitSource> {
  const pictures = await readArray(files[images], mnistFiles[images], 3)
  const marks = await readArray(files[labels], mnistFiles[labels], 1)
  const [count, height, width] = pictures.shape as [number, number, number]
  if (count !== marks.shape[0])
    throw new IdxError(`${mnistFiles[images]} and ${mnistFiles[labels]} do not belong together`, {
      received: `${count} images and ${marks.shape[0]} labels`,
      expected: 'a label for each image',
    })
  return { height, width, channels: 1, images: pictures.values, labels: marks.values }
}

async function readArray(bytes: Uint8Array, name: string, axes: number) {
  const array = parseIdx(isGzip(bytes) ? await gunzip(bytes, unpackedLimit, name) : bytes, name)
  if (array.shape.length !== axes)
    throw new IdxError(`${name} has the wrong number of axes`, {
      received: `${array.shape.length} (${array.shape.join(' × ')})`,
      expected: `${axes} (${axes === 1 ? 'labels' : 'images × rows × columns'})`,
      advice: 'check that images and labels are not swapped',
    })
  return array
}
