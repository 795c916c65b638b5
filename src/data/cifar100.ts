/**
 * CIFAR-100 (Krizhevsky 2009): the official binary files. A record is two label bytes, of 20 coarse and 100 fine classes, and
 * a picture as in CIFAR-10. The fine labels are used. Pure: bytes in, bytes out.
 */
import { printable } from '../core/text.ts'
import { interleave } from './cifar10.ts'
import { type Dataset, dataset, type SplitSource } from './dataset.ts'
import { DatasetError, LabelRangeError, TruncatedFileError } from './errors.ts'
import type { NamedBytes } from './stl10.ts'

const side = 32
const pictureBytes = 3 * side * side
const recordBytes = 2 + pictureBytes

export const cifar100Files = ['train.bin', 'test.bin', 'fine_label_names.txt'] as const
/** Most bytes of a file: the training file has 50,000 records. */
export const cifar100Limit = 50_000 * recordBytes

/**
 * Normalization is measured.
 *
 * @throws {TruncatedFileError | LabelRangeError | DatasetError} files of another layout
 */
export function cifar100Dataset(train: NamedBytes, test: NamedBytes, names: NamedBytes): Dataset {
  const classes = linesOf(names)
  const split = (file: NamedBytes) => parse(file, classes.length)
  return dataset({ name: 'cifar100', classes, train: split(train), test: split(test) })
}

/** @throws {DatasetError} another number of names than labels can have */
function linesOf({ name, bytes }: NamedBytes): readonly string[] {
  const lines = new TextDecoder()
    .decode(bytes)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  if (lines.length > 0 && lines.length <= 256) return lines
  throw new DatasetError(`${printable(name)} does not hold the names of the classes`, {
    received: `${lines.length} lines`,
    expected: 'a name in each line, 100 of CIFAR-100',
  })
}

function parse({ name, bytes }: NamedBytes, classes: number): SplitSource {
  const rest = bytes.length % recordBytes
  if (bytes.length === 0 || rest !== 0)
    throw new TruncatedFileError(name, bytes.length, bytes.length - rest + recordBytes)
  const count = bytes.length / recordBytes
  const images = new Uint8Array(count * pictureBytes)
  const labels = new Uint8Array(count)
  for (let picture = 0; picture < count; picture++) {
    const at = picture * recordBytes
    const label = bytes[at + 1] as number
    if (label >= classes) throw new LabelRangeError(name, picture, label, classes)
    labels[picture] = label
    interleave(bytes, at + 2, images, picture * pictureBytes)
  }
  return { height: side, width: side, channels: 3, images, labels }
}
