/**
 * STL-10 (Coates, Ng and Lee 2011): the official binary files. A picture is three planes of 96×96, each column by column;
 * labels are 1 to 10, in a file of their own. Pure: bytes in, bytes out.
 */
import { printable } from '../core/text.ts'
import { type Dataset, dataset, type SplitSource } from './dataset.ts'
import { DatasetError, LabelRangeError, TruncatedFileError } from './errors.ts'

/** A file: its name is for errors. */
export interface NamedBytes {
  readonly name: string
  readonly bytes: Uint8Array
}

const side = 96
const plane = side * side
const pictureBytes = 3 * plane

export const stl10Classes = [
  'airplane',
  'bird',
  'car',
  'cat',
  'deer',
  'dog',
  'horse',
  'monkey',
  'ship',
  'truck',
] as const

export const stl10Files = ['train_X.bin', 'train_y.bin', 'test_X.bin', 'test_y.bin'] as const
/** Most bytes of a file: there are 8,000 test pictures. */
export const stl10Limit = 8000 * pictureBytes

/** Pictures and labels of a split. */
export interface Stl10Part {
  readonly images: NamedBytes
  readonly labels: NamedBytes
}

/**
 * Normalization is measured.
 *
 * @throws {TruncatedFileError | LabelRangeError | DatasetError} files of another layout
 */
export function stl10Dataset(train: Stl10Part, test: Stl10Part): Dataset {
  return dataset({ name: 'stl10', classes: stl10Classes, train: split(train), test: split(test) })
}

function split({ images: { name, bytes }, labels }: Stl10Part): SplitSource {
  const rest = bytes.length % pictureBytes
  if (bytes.length === 0 || rest !== 0)
    throw new TruncatedFileError(name, bytes.length, bytes.length - rest + pictureBytes)
  const count = bytes.length / pictureBytes
  if (labels.bytes.length !== count)
    throw new DatasetError(`${printable(labels.name)} does not fit ${printable(name)}`, {
      received: `${labels.bytes.length} labels`,
      expected: `${count}, one for each image`,
    })
  const numbers = labels.bytes.map((label, index) => {
    if (label < 1 || label > stl10Classes.length)
      throw new LabelRangeError(labels.name, index, label - 1, stl10Classes.length)
    return label - 1
  })
  const images = new Uint8Array(bytes.length)
  for (let from = 0; from < bytes.length; from += pictureBytes)
    for (let y = 0, to = from; y < side; y++)
      for (let x = 0; x < side; x++)
        for (let c = 0; c < 3; c++) images[to++] = bytes[from + c * plane + x * side + y] as number
  return { height: side, width: side, channels: 3, images, labels: numbers }
}
