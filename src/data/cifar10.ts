/**
 * CIFAR-10 (Krizhevsky 2009, "Learning multiple layers of features from tiny images"): the official binary batches.
 * A record is one label byte and 1,024 bytes of red, green and blue each, row by row. Pure: bytes in, bytes out.
 */
import { printable } from '../core/text.ts'
import { type Dataset, dataset, type SplitSource } from './dataset.ts'
import { Cifar10Error, LabelRangeError, TruncatedFileError } from './errors.ts'
import type { Normalization } from './normalization.ts'

export const cifar10Classes = [
  'airplane',
  'automobile',
  'bird',
  'cat',
  'deer',
  'dog',
  'frog',
  'horse',
  'ship',
  'truck',
] as const

export const cifar10TrainFiles = [1, 2, 3, 4, 5].map((part) => `data_batch_${part}.bin`)
export const cifar10TestFile = 'test_batch.bin'

/** Of the 50,000 training pictures, as `measureNormalization` gives it (a test repeats the measurement). */
export const cifar10Normalization: Normalization = {
  mean: [0.49139967861519607, 0.48215840839460783, 0.44653091444546567],
  std: [0.247032232463282, 0.24348512800005556, 0.26158784172796457],
}

const side = 32
const plane = side * side
const pictureBytes = 3 * plane
const recordBytes = 1 + pictureBytes

/** Most bytes of one batch file: the official ones hold 10,000 records. */
export const cifar10BatchLimit = 10_000 * recordBytes

export interface Cifar10Batch {
  /** [n, 32, 32, 3] */
  readonly images: Uint8Array
  /** [n] */
  readonly labels: Uint8Array
}

/**
 * Reads official batches, one after another, into one run of pictures whose channels alternate.
 *
 * @throws {TruncatedFileError} the last record is cut short
 * @throws {Cifar10Error} an empty or too large file
 * @throws {LabelRangeError} a label above 9, most often a sign of another file
 */
export function parseCifar10Batches(
  files: readonly { readonly name: string; readonly bytes: Uint8Array }[],
): Cifar10Batch {
  for (const { name, bytes } of files) checkBatch(name, bytes)
  const count = files.reduce((sum, { bytes }) => sum + bytes.length / recordBytes, 0)
  const images = new Uint8Array(count * pictureBytes)
  const labels = new Uint8Array(count)
  let picture = 0
  for (const { name, bytes } of files)
    for (let at = 0; at < bytes.length; at += recordBytes, picture++) {
      const label = bytes[at] as number
      if (label > 9) throw new LabelRangeError(name, at / recordBytes, label, 10)
      labels[picture] = label
      interleave(bytes, at + 1, images, picture * pictureBytes)
    }
  return { images, labels }
}

/** The official batch file of these pictures: the inverse of `parseCifar10Batches` for one file. */
export function encodeCifar10Batch({ images, labels }: Cifar10Batch): Uint8Array {
  const bytes = new Uint8Array(labels.length * recordBytes)
  for (let picture = 0; picture < labels.length; picture++) {
    const at = picture * recordBytes
    bytes[at] = labels[picture] as number
    for (let channel = 0; channel < 3; channel++) {
      const to = at + 1 + channel * plane
      const from = picture * pictureBytes + channel
      for (let p = 0; p < plane; p++) bytes[to + p] = images[from + 3 * p] as number
    }
  }
  return bytes
}

/** A data set of a training and a test batch; `normalization` is measured if it is not given. */
export function cifar10Dataset(train: Cifar10Batch, test: Cifar10Batch, normalization?: Normalization): Dataset {
  const shape = (batch: Cifar10Batch): SplitSource => ({ ...batch, height: side, width: side, channels: 3 })
  return dataset({
    name: 'cifar10',
    classes: cifar10Classes,
    train: shape(train),
    test: shape(test),
    ...(normalization && { normalization }),
  })
}

function checkBatch(name: string, bytes: Uint8Array): void {
  if (bytes.length === 0 || bytes.length > cifar10BatchLimit)
    throw new Cifar10Error(`${printable(name)} is not a CIFAR-10 batch`, {
      received: `${bytes.length} bytes`,
      expected: `records of ${recordBytes} bytes, at most 10,000 (the official files have exactly ${cifar10BatchLimit} bytes)`,
      advice: 'give the folder of the "binary version" (data_batch_1.bin … test_batch.bin)',
    })
  const rest = bytes.length % recordBytes
  if (rest !== 0) throw new TruncatedFileError(name, bytes.length, bytes.length - rest + recordBytes)
}

/** Planes of a picture to alternating channels. */
export function interleave(from: Uint8Array, at: number, to: Uint8Array, start: number): void {
  for (let p = 0, out = start; p < plane; p++, out += 3) {
    to[out] = from[at + p] as number
    to[out + 1] = from[at + plane + p] as number
    to[out + 2] = from[at + 2 * plane + p] as number
  }
}
