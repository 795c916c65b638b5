/**
 * What a data set is: pictures as bytes with a label each, in two splits. Bytes stay bytes (a quarter of the memory of
 * floats, CIFAR-10 184 MB); a batch is converted when it is needed.
 */
import { type Volume, volumeSize } from '../core/shapes.ts'
import { printable, sameForm } from '../core/text.ts'
import { DatasetError, LabelRangeError } from './errors.ts'
import { measureNormalization, type Normalization } from './normalization.ts'
import type { PictureStore } from './store.ts'

/** Labelled pictures of one size. */
export interface Split extends Volume {
  /** Number of pictures, n. */
  readonly count: number
  /** [n, height, width, channels], 0..255; empty where the pictures are in a store */
  readonly images: Uint8Array
  /** Where the pictures are, if they are not in memory. */
  readonly store?: PictureStore | undefined
  /** [n], each the index of a class; all 0 where there are targets */
  readonly labels: Uint8Array | Uint16Array
  /**
   * [n, classes], instead of labels: for each of the classes a number, or from 0 to 1 whether it applies. `classes` then names
   * what the numbers are.
   */
  readonly targets?: Float32Array | undefined
  /** Each image is its own target, as it is shown: of an autoencoder, instead of labels and targets. */
  readonly isTarget?: boolean | undefined
  /** What a network takes in place of the images, which stay to tell one data set from another. */
  readonly features?: SplitFeatures | undefined
  /**
   * Names of the classes that the labels are indices of: a model matches them with its own by name. Without them, a label
   * is the index of a score.
   */
  readonly classes?: readonly string[] | undefined
}

/** What frozen layers give for the images of a split: [n, height, width, channels] of the split, taken as it is. */
export interface SplitFeatures {
  readonly plain: Float32Array
  /** For the mirrored images. */
  readonly mirrored?: Float32Array | undefined
}

/** Something that a person should know about the data: pictures left out, classes out of balance. */
export interface DataNotice {
  readonly kind: 'left out' | 'broken' | 'split' | 'color' | 'classes' | 'balance' | 'stored'
  /** One sentence. Control characters in names are escaped. */
  readonly message: string
  /** Files, folders, pictures or classes that it is about. */
  readonly count: number
}

export interface Dataset {
  readonly name: string
  /** Names of the classes in Unicode NFC; a label is an index into them. */
  readonly classes: readonly string[]
  readonly train: Split
  /** Looked at while training, for early stopping and the choice of the best weights. Absent where there is none. */
  readonly validation?: Split | undefined
  /** For the final test; its count is 0 where there are no test pictures. */
  readonly test: Split
  /** Of the training pictures, in 0..1 units. */
  readonly normalization: Normalization
  /** The part of each class that was held out as test pictures when the data was opened; undefined where the data has a
   * test split of its own. */
  readonly testFraction?: number | undefined
  /** How many pictures are in color and how many are gray, as their files have them; undefined where that is unknown. */
  readonly colors?: PictureColors | undefined
  readonly notices: readonly DataNotice[]
}

export interface PictureColors {
  readonly color: number
  readonly gray: number
}

/** A split as a person has it, with labels or with targets. */
export interface SplitSource extends Volume {
  /** [n, height, width, channels], 0..255; or where they are, if they are not in memory */
  readonly images: Uint8Array | PictureStore
  /** In place of `images`, as a split has it. */
  readonly store?: PictureStore | undefined
  /** [n]: the class of each picture. Needed unless there are targets. */
  readonly labels?: Uint8Array | Uint16Array | readonly number[] | undefined
  /** [n, classes]: numbers such as coordinates, or from 0 to 1 for each class whether it applies. */
  readonly targets?: Float32Array | readonly number[] | undefined
}

export interface DatasetSource {
  readonly name?: string
  readonly classes: readonly string[]
  readonly train: SplitSource
  readonly validation?: SplitSource | undefined
  /** Without it, nothing is tested. */
  readonly test?: SplitSource | undefined
  /** Default: measured over the training images. Needed where they are in a store. */
  readonly normalization?: Normalization | undefined
  readonly testFraction?: number | undefined
  readonly colors?: PictureColors | undefined
  readonly notices?: readonly DataNotice[] | undefined
}

/**
 * A data set of pictures in memory or in a store. The bytes are kept, not copied.
 *
 * @throws {DatasetError} lengths, sizes or names that do not fit together, or no training pictures
 * @throws {LabelRangeError} a label that no class has
 */
export function dataset(source: DatasetSource): Dataset {
  const { name = 'pictures', testFraction, colors, notices = [] } = source
  const shown = printable(name)
  const classes = source.classes.map(sameForm)
  checkClasses(shown, classes)
  const train = split(`${shown}, training split`, source.train, classes)
  if (train.count === 0)
    throw new DatasetError(`${shown}, training split is empty`, {
      received: '0 labels',
      expected: 'at least one image',
    })
  const other = (what: string, pictures: SplitSource) => {
    const checked = split(`${shown}, ${what} split`, pictures, classes)
    checkSameSize(shown, train, checked, what)
    return checked
  }
  const test = other(
    'test',
    source.test ?? {
      ...train,
      images: new Uint8Array(),
      store: undefined,
      ...nothing(train),
    },
  )
  const validation = source.validation && other('validation', source.validation)
  const normalization = source.normalization ?? measured(shown, train)
  checkNormalization(shown, normalization, train.channels)
  return {
    name,
    classes,
    train,
    ...(validation !== undefined && validation.count > 0 && { validation }),
    test,
    normalization,
    ...(testFraction !== undefined && { testFraction }),
    ...(colors !== undefined && { colors }),
    notices,
  }
}

function measured(name: string, { store, images, channels }: Split): Normalization {
  if (store === undefined) return measureNormalization(images, channels)
  throw new DatasetError(`${name}: images in a store need a normalization`, {
    received: 'none',
    expected: 'normalization: { mean, std }',
    advice: 'await measureStore(images, channels)',
  })
}

/** The labels or targets of no pictures. */
function nothing({ targets }: Split): Pick<SplitSource, 'labels' | 'targets'> {
  return targets === undefined ? { labels: new Uint8Array() } : { labels: undefined, targets: new Float32Array() }
}

function checkClasses(name: string, classes: readonly string[]): void {
  if (classes.length < 1 || classes.length > 65536)
    throw new DatasetError(`${name}: wrong number of classes`, {
      received: `${classes.length} classes`,
      expected: '1 to 65,536 names',
    })
  const seen = new Set<string>()
  // A set does not grow by what it holds already.
  const repeated = classes.find((label) => seen.size === seen.add(label).size)
  if (repeated !== undefined)
    throw new DatasetError(`${name}: two classes share a name`, {
      received: printable(repeated),
      expected: 'a different name for each class (names are compared in Unicode NFC)',
    })
}

function checkSameSize(name: string, train: Volume, other: Volume, what: string): void {
  for (const axis of ['height', 'width', 'channels'] as const)
    if (train[axis] !== other[axis])
      throw new DatasetError(`${name}: training and ${what} images differ in ${axis}`, {
        received: `${train[axis]} and ${other[axis]}`,
        expected: 'the same',
        advice: 'bring all images to one size',
      })
}

function split(where: string, source: SplitSource, classes: readonly string[]): Split {
  const { height, width, channels, images } = source
  for (const [axis, value] of Object.entries({ height, width, channels }))
    if (!Number.isInteger(value) || value < 1)
      throw new DatasetError(`${where}: not an image's ${axis}`, {
        received: String(value),
        expected: 'a whole number from 1',
      })
  const { labels = [], targets } = labelsOrTargets(where, source, classes)
  const count = targets === undefined ? labels.length : targets.length / classes.length
  const bytes = count * volumeSize(source)
  const store = source.store ?? (images instanceof Uint8Array ? undefined : images)
  const length = store === undefined ? (images as Uint8Array).length : store.count * store.bytesEach
  if (length !== bytes)
    throw new DatasetError(`${where}: images and labels do not match`, {
      received: `${length} bytes of images and ${count} ${targets === undefined ? 'labels' : 'rows of targets'}`,
      expected: `${count} × ${height} × ${width} × ${channels} = ${bytes} bytes`,
      advice: 'check the size of the images, the number of channels, and that every image has one label',
    })
  const placed = store === undefined ? { images: images as Uint8Array } : { images: new Uint8Array(), store }
  const common = { count, height, width, channels, ...placed, classes }
  if (targets !== undefined) return { ...common, labels: new Uint8Array(count), targets }
  return { ...common, labels: checkLabels(where, labels, classes.length) }
}

/** One of both, checked but for the range of labels. Throws `DatasetError`. */
function labelsOrTargets(
  where: string,
  { labels, targets }: SplitSource,
  classes: readonly string[],
): { readonly labels?: NonNullable<SplitSource['labels']>; readonly targets?: Float32Array } {
  if (labels !== undefined && targets === undefined) return { labels }
  if (targets === undefined || labels?.some((label) => label !== 0)) {
    throw new DatasetError(`${where}: an image needs either a label or targets`, {
      received: targets === undefined ? 'neither' : 'both',
      expected: 'labels: [n], or targets: [n, classes]',
    })
  }
  const bad = targets.findIndex((target) => !Number.isFinite(target))
  if (bad < 0 && targets.length % classes.length === 0) {
    return { targets: targets instanceof Float32Array ? targets : Float32Array.from(targets) }
  }
  throw new DatasetError(`${where}: the targets are invalid`, {
    received: bad < 0 ? `${targets.length} targets` : `${targets[bad]} at ${bad}`,
    expected: `finite numbers, ${classes.length} for each image: ${classes.slice(0, 8).join(', ')}`,
  })
}

/** The labels themselves, checked; a plain list is packed into two bytes a label. */
function checkLabels(
  where: string,
  labels: NonNullable<SplitSource['labels']>,
  classCount: number,
): Uint8Array | Uint16Array {
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
    throw new DatasetError(`${name}: the normalization does not fit the images`, {
      received: `mean [${mean.join(', ')}], std [${std.join(', ')}]`,
      expected: `${channels} finite means and ${channels} positive deviations, in 0..1 units`,
      advice: 'leave it out, and it is measured',
    })
}
