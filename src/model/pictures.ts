/** Checks of what `predict` is given: a wrong kind of array would give scores that mean nothing. */

import { ArgumentError } from '../core/errors.ts'
import { findNotFinite } from '../core/finite.ts'
import { printKind } from '../core/options.ts'
import { printVolume, type Volume, volumeSize } from '../core/shapes.ts'
import { PicturesError } from './errors.ts'

/**
 * The number of pictures [n, h, w, c].
 * @throws {ArgumentError} not a Float32Array, or a value that is not finite
 * @throws {PicturesError} not a whole number of pictures
 */
export function checkPictures(pictures: unknown, input: Volume): number {
  if (!(pictures instanceof Float32Array)) {
    const isBytes = pictures instanceof Uint8Array || pictures instanceof Uint8ClampedArray
    const isNumbers = Array.isArray(pictures) || ArrayBuffer.isView(pictures)
    throw new ArgumentError('predict takes normalized values as a Float32Array', {
      received: printKind(pictures),
      expected: `a Float32Array of n × ${printVolume(input)} values`,
      advice:
        isNumbers && !isBytes
          ? 'Float32Array.from(values), if they are normalized'
          : 'model.classify(picture), which decodes and normalizes',
    })
  }
  const each = volumeSize(input)
  if (pictures.length === 0 || pictures.length % each !== 0) {
    throw new PicturesError('not a whole number of images', {
      received: `${pictures.length} values`,
      expected: `a multiple of ${each}, ${printVolume(input)} an image, from 1 image`,
      advice: 'images are [n, height, width, channels], values side by side',
    })
  }
  checkFinite(pictures, each)
  return pictures.length / each
}

function checkFinite(pictures: Float32Array, each: number): void {
  const at = findNotFinite(pictures)
  if (at === -1) return
  throw new ArgumentError('images must be finite numbers', {
    received: `${pictures[at]} as value ${at % each} of image ${Math.floor(at / each)}`,
    expected: 'no NaN and no Infinity',
    advice: 'check how the values were normalized: a standard deviation of 0 gives these',
  })
}

/** Throws `PicturesError` where `count` times `each` scores do not fit, and `ArgumentError` for another kind of array. */
export function checkScores(into: unknown, count: number, each: number): void {
  if (!(into instanceof Float32Array)) {
    throw new ArgumentError('into must be a Float32Array', { received: printKind(into), expected: 'a Float32Array' })
  }
  if (into.length === count * each) return
  throw new PicturesError('the scores do not fit the array they are to go into', {
    received: `${into.length} values`,
    expected: `${count * each}, ${each} an image`,
  })
}
