/**
 * What a data set is: pictures as bytes with a label each, in two splits. Bytes stay bytes (a quarter of the memory of
 * floats, CIFAR-10 184 MB); a batch is converted when it is needed.
 */
import { type Volume, volumeSize } from '../core/shapes.ts'
import { DatasetError, LabelRangeError } from './errors.ts'
import { measureNormalization, type Normalization } from './normalization.ts'

/** Labelled pictures of one size. */
export interface Split extends Volume {
  /** Number of pictures, n. */
  readonly count: number
  /** [n, height, width, channels], 0..255 */
  readonly images: Uint8Array
  /** [n], each the index of a class */
  readonly labels: Uint8Array | Uint16Array
}

export interface Dataset {
  readonly name: string
  /** Names of the classes; a label is an index into them. */
  readonly classes: readonly string[]
  readonly train: Split
  readonly test: Split
  /** Of the training pictures, in 0..1 units. */
  readonly normalization: Normalization
}

/** A split as a person has it: the number of pictures is the number of labels. */
export interface SplitSource extends Volume {
  /** [n, height, width, channels], 0..255 */
  readonly images: Uint8Array
  /** [n] */
  readonly labels: Uint8Array | Uint16Array | readonly number[]
}

export interface DatasetSource {
  readonly name?: string
  readonly classes: readonly string[]
  readonly train: SplitSource
  readonly test: SplitSource
  /** Measured over the training pictures where it is not given. */
  readonly normalization?: Normalization
}

/**
 * A data set of pictures in memory. The bytes are kept, not copied.
 *
 * @throws {DatasetError} lengths, sizes or names that do not fit together, or an empty split
 * @throws {LabelRangeError} a label that no class has
 */
export function dataset(source: DatasetSource): Dataset {
  const { name = 'pictures', classes } = source
  if (classes.length < 1 || classes.length > 65536)
    throw new DatasetError(`${name}: wrong number of classes`, {
      received: `${classes.length} classes`,
      expected: '1 to 65,536 names',
    })
  const repeated = classes.find((label, index) => classes.indexOf(label) !== index)
  if (repeated !== undefined)
    throw new DatasetError(`${name}: two classes share a name`, { received: repeated, expected: 'a name once' })
  const train = split(`${name}, training split`, source.train, classes.length)
  const test = split(`${name}, test split`, source.test, classes.length)
  for (const axis of ['height', 'width', 'channels'] as const)
    if (train[axis] !== test[axis])
      throw new DatasetError(`${name}: training and test pictures differ in ${axis}`, {
        received: `${train[axis]} and ${test[axis]}`,
        expected: 'the same',
        advice: 'bring all pictures to one size',
      })
  const normalization = source.normalization ?? measureNormalization(train.images, train.channels)
  checkNormalization(name, normalization, train.channels)
  return { name, classes, train, test, normalization }
}

function split(where: string, source: SplitSource, classCount: number): Split {
  const { height, width, channels, images } = source
  for (const [axis, value] of Object.entries({ height, width, channels }))
    if (!Number.isInteger(value) || value < 1)
      throw new DatasetError(`${where}: not a picture's ${axis}`, {
        received: String(value),
        expected: 'a whole number from 1',
      })
  const count = source.labels.length
  if (count === 0)
    throw new DatasetError(`${where} is empty`, { received: '0 labels', expected: 'at least one picture' })
  const bytes = count * volumeSize(source)
  if (images.length !== bytes)
    throw new DatasetError(`${where}: pictures and labels do not match`, {
      received: `${images.length} bytes of pictures and ${count} labels`,
      expected: `${count} × ${height} × ${width} × ${channels} = ${bytes} bytes`,
      advice: 'check the size of the pictures, the number of channels, and that every picture has one label',
    })
  return { count, height, width, channels, images, labels: checkLabels(where, source.labels, classCount) }
}

/** The labels themselves, checked; a plain list is packed into two bytes a label. */
function checkLabels(where: string, labels: SplitSource['labels'], classCount: number): Uint8Array | Uint16Array {
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i] as number
    if (!(Number.isInteger(label) && label >= 0 && label < classCount))
      throw new LabelRangeError(where, i, label, classCount)
  }
  return labels instanceof Uint8Array || labels instanceof Uint16Array ? labels : Uint16Array.from(labels)
}

function checkNormalization(name: string, { mean, std }: Normalization, channels: number): void {
  const good =
    mean.length === channels &&
    std.length === channels &&
    mean.every(Number.isFinite) &&
    std.every((s) => Number.isFinite(s) && s > 0)
  if (!good)
    throw new DatasetError(`${name}: the normalization does not fit the pictures`, {
      received: `mean [${mean.join(', ')}], std [${std.join(', ')}]`,
      expected: `${channels} finite means and ${channels} positive deviations, in 0..1 units`,
      advice: 'leave it out, and it is measured',
    })
}
