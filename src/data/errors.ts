/** What can be wrong with data: files, archives, labels, pictures, downloads. All are named and derive from LensletError. */
import { LensletError } from '../core/errors.ts'

/** The parts of a dataset do not fit together: lengths, sizes, names. */
export class DatasetError extends LensletError {}

/** A label that no class has. */
export class LabelRangeError extends LensletError {
  readonly index: number
  readonly label: number
  readonly classCount: number

  constructor(where: string, index: number, label: number, classCount: number) {
    super(`${where}: the label of picture ${index} is out of range`, {
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
    super(`${file} is cut short`, {
      received: `${receivedBytes.toLocaleString('en-US')} bytes`,
      expected: `${expectedBytes.toLocaleString('en-US')} bytes`,
      advice: 'copy or download the file again',
      cause,
    })
    this.receivedBytes = receivedBytes
    this.expectedBytes = expectedBytes
  }
}

/** Not an IDX file of bytes, or one whose header cannot be true. */
export class IdxError extends LensletError {}

/** Not CIFAR-10: a size, a label or a count that the data set does not have. */
export class Cifar10Error extends LensletError {}

/** A gzip or tar file that is damaged, too large, or names a path outside its own folder. */
export class ArchiveError extends LensletError {}

/** Contents that are not the ones that were published. */
export class ChecksumError extends LensletError {
  constructor(file: string, received: string, expected: string, advice = 'delete the file and fetch it again') {
    super(`${file} is not the file that was published`, { received, expected, advice })
  }
}

/** A data set that could not be fetched. What had already arrived is kept, so that the next try goes on from there. */
export class FetchError extends LensletError {}

/** A picture that cannot be read. */
export class PictureError extends LensletError {
  readonly file: string

  constructor(file: string, reason: string, advice: string, cause?: unknown) {
    super(`cannot read the picture ${file}`, {
      received: reason,
      expected: 'a PNG, JPEG, WebP, GIF, TIFF or AVIF picture',
      advice,
      cause,
    })
    this.file = file
  }
}

/** A class folder without a picture. */
export class EmptyClassError extends LensletError {
  constructor(folder: string, extensions: readonly string[]) {
    super(`the class folder ${folder} holds no picture`, {
      received: '0 pictures',
      expected: `at least one file ending in ${extensions.join(', ')}`,
      advice: 'add pictures or remove the folder',
    })
  }
}

/** Augmentation that cannot be understood, or that does not fit the pictures. */
export class AugmentationError extends LensletError {}

/** `--data` names something that is not known, or that is not there. */
export class UnknownDatasetError extends LensletError {}
