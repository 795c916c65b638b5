/** Errors of data: files, archives, labels, pictures, downloads. All are named and derive from LensletError. */
import { LensletError } from '../core/errors.ts'
import { printable } from '../core/text.ts'

/** The parts of a dataset do not fit together: lengths, sizes, names. */
export class DatasetError extends LensletError {}

/** A label that no class has. */
export class LabelRangeError extends LensletError {
  readonly index: number
  readonly label: number
  readonly classCount: number

  constructor(where: string, index: number, label: number, classCount: number) {
    super(`${printable(where)}: the label of image ${index} is out of range`, {
      received: String(label),
      expected: `a whole number from 0 to ${classCount - 1} (${classCount} classes)`,
      advice: 'correct the label, or name all classes',
    })
    this.index = index
    this.label = label
    this.classCount = classCount
  }
}

/** A file that ends before its own header says so. */
export class TruncatedFileError extends LensletError {
  readonly receivedBytes: number
  readonly expectedBytes: number

  constructor(file: string, receivedBytes: number, expectedBytes: number, cause?: unknown) {
    super(`${printable(file)} is truncated`, {
      received: `${receivedBytes.toLocaleString('en-US')} bytes`,
      expected: `${expectedBytes.toLocaleString('en-US')} bytes`,
      advice: 'copy or download the file again',
      cause,
    })
    this.receivedBytes = receivedBytes
    this.expectedBytes = expectedBytes
  }
}

/** Not an IDX file of bytes, or one whose header is invalid. */
export class IdxError extends LensletError {}

/** Not CIFAR-10: a size, a label or a count that the data set does not have. */
export class Cifar10Error extends LensletError {}

/** A gzip or tar file that is damaged, too large, or names a path outside its own folder. */
export class ArchiveError extends LensletError {}

/** Contents that are not the ones that were published. */
export class ChecksumError extends LensletError {
  constructor(file: string, received: string, expected: string, advice = 'delete the file and fetch it again') {
    super(`${printable(file)} differs from the published file`, { received, expected, advice })
  }
}

/** A data set that could not be fetched. What had already arrived is kept, so that the next try goes on from there. */
export class FetchError extends LensletError {}

/** A picture that cannot be read. */
export class PictureError extends LensletError {
  readonly file: string

  constructor(file: string, reason: string, advice: string, cause?: unknown) {
    super(`cannot read the image ${printable(file)}`, {
      received: reason,
      expected: 'a PNG, JPEG, WebP, GIF, TIFF or AVIF image',
      advice,
      cause,
    })
    this.file = file
  }
}

/** Pictures that cannot be read, all of them in one error. */
export class BrokenPicturesError extends DatasetError {
  /** One for each picture. */
  readonly pictures: readonly PictureError[]

  constructor(where: string, pictures: readonly PictureError[], total: number) {
    const shown = pictures.slice(0, 20).map(({ file, received }) => `${printable(file)}: ${received}`)
    const more = pictures.length - shown.length
    super(`${pictures.length} of the ${total} images of ${printable(where)} cannot be read`, {
      received: [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join('\n    '),
      expected: 'images that can be read',
      advice: 'save them again, or remove them; use --skip-bad to continue without them (in a program: onBroken)',
      cause: pictures[0],
    })
    this.pictures = pictures
  }
}

/** Folders whose arrangement is invalid: no classes, a class that only the test has, two folders for one split. */
export class LayoutError extends DatasetError {}

/** A class folder without a picture that can be read. */
export class EmptyClassError extends LayoutError {
  constructor(folder: string, endings: readonly string[], holds = '') {
    super(`the class folder ${printable(folder)} holds no image that can be read`, {
      received: holds === '' ? '0 images' : holds,
      expected: `at least one file ending in ${endings.join(', ')}`,
      advice: 'add images or remove the folder',
    })
  }
}

/** Augmentation that cannot be understood, or that does not fit the pictures. */
export class AugmentationError extends LensletError {}

/** `--data` names something that is not known, or that is not there. */
export class UnknownDatasetError extends LensletError {}
