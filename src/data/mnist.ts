/** MNIST from its four IDX files (LeCun, Cortes, Burges), wherever the bytes come from. Other sets of the same layout work, too. */
import { printable } from '../core/text.ts'
import { type Dataset, dataset, type SplitSource } from './dataset.ts'
import { DatasetError, IdxError } from './errors.ts'
import { gunzip, gunzipStart, isGzip } from './gunzip.ts'
import { type IdxHeader, longestIdxHeader, parseIdx, parseIdxHeader } from './idx.ts'
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

/** 2 GiB: forty times MNIST. */
const memoryByDefault = 2 ** 31

export interface IdxDatasetOptions {
  readonly name?: string
  /** Names of the classes; the digits 0 to 9 where they are not given. */
  readonly classes?: readonly string[]
  readonly normalization?: Normalization
  /** Most bytes that the files may take, packed and unpacked, all together; default: 2 GiB. */
  readonly memoryLimit?: number | undefined
}

/**
 * A data set from the bytes of four IDX files, packed by gzip or not.
 *
 * @throws {IdxError | TruncatedFileError | ArchiveError} a file that is not what it should be
 * @throws {DatasetError | LabelRangeError} files that do not fit together, or that need more memory than they may
 */
export async function idxDataset(
  files: Readonly<Record<MnistFile, Uint8Array>>,
  options: IdxDatasetOptions = {},
): Promise<Dataset> {
  const { name = 'mnist', classes = Array.from('0123456789'), memoryLimit = memoryByDefault } = options
  const headers = await readHeaders(files)
  checkMemory(name, files, headers, memoryLimit)
  const train = await readSplit(files, headers, 'trainImages', 'trainLabels')
  const test = await readSplit(files, headers, 'testImages', 'testLabels')
  return dataset({
    name,
    classes,
    train,
    test,
    ...(options.normalization && { normalization: options.normalization }),
  })
}

type PerFile<T> = Readonly<Record<MnistFile, T>>

/** Checked before unpacking, so that no file is unpacked for nothing. */
async function readHeaders(files: PerFile<Uint8Array>): Promise<PerFile<IdxHeader>> {
  const headers = {
    trainImages: await readHeader(files, 'trainImages', 3),
    trainLabels: await readHeader(files, 'trainLabels', 1),
    testImages: await readHeader(files, 'testImages', 3),
    testLabels: await readHeader(files, 'testLabels', 1),
  }
  checkCounts(headers, 'trainImages', 'trainLabels')
  checkCounts(headers, 'testImages', 'testLabels')
  return headers
}

async function readHeader(files: PerFile<Uint8Array>, part: MnistFile, axes: number): Promise<IdxHeader> {
  const [bytes, name] = [files[part], mnistFiles[part]]
  const header = parseIdxHeader(isGzip(bytes) ? await gunzipStart(bytes, longestIdxHeader, name) : bytes, name)
  if (header.shape.length === axes) return header
  throw new IdxError(`${name} has the wrong number of axes`, {
    received: `${header.shape.length} (${header.shape.join(' × ')})`,
    expected: `${axes} (${axes === 1 ? 'labels' : 'images × rows × columns'})`,
    advice: 'check that images and labels are not swapped',
  })
}

function checkCounts(headers: PerFile<IdxHeader>, images: MnistFile, labels: MnistFile): void {
  const [pictures, marks] = [headers[images].shape[0], headers[labels].shape[0]]
  if (pictures === marks) return
  throw new IdxError(`${mnistFiles[images]} and ${mnistFiles[labels]} do not belong together`, {
    received: `${pictures} images and ${marks} labels`,
    expected: 'a label for each image',
  })
}

/** Files that are not packed are used as they are. */
function checkMemory(name: string, files: PerFile<Uint8Array>, headers: PerFile<IdxHeader>, limit: number): void {
  let [given, unpacked] = [0, 0]
  for (const part of Object.keys(mnistFiles) as MnistFile[]) {
    given += files[part].length
    if (isGzip(files[part])) unpacked += headers[part].fileBytes
  }
  if (given + unpacked <= limit) return
  throw new DatasetError(`the images of ${printable(name)} do not fit into memory`, {
    received: `${given} bytes of files and ${unpacked} bytes of unpacked contents`,
    expected: `at most ${limit} bytes together`,
    advice: 'fewer images, or a higher limit: --memory-limit (in a program: memoryLimit)',
  })
}

async function readSplit(
  files: PerFile<Uint8Array>,
  headers: PerFile<IdxHeader>,
  images: MnistFile,
  labels: MnistFile,
): Promise<SplitSource> {
  const read = async (part: MnistFile) => {
    const [bytes, name] = [files[part], mnistFiles[part]]
    return parseIdx(isGzip(bytes) ? await gunzip(bytes, headers[part].fileBytes, name) : bytes, name)
  }
  const [pictures, marks] = [await read(images), await read(labels)]
  const [, height, width] = pictures.shape as [number, number, number]
  return { height, width, channels: 1, images: pictures.values, labels: marks.values }
}
