/** Classifies images by the session's model, and keeps the last one, so that it is seen again while the model learns. */

import { ArgumentError, type Volume } from 'lenslet/core'
import { decodeImage, type PictureSource } from 'lenslet/data'
import type { Model } from 'lenslet/model'
import type { Handlers } from '../engine/context.ts'
import { rgbaOf } from '../train/testing.ts'
import { digitOf, drawingOf } from './digit.ts'
import type { Answered, Drawing, TryCalls } from './messages.ts'

interface Kept {
  /** As it was given; a frame of a camera is gone once it was read. */
  readonly image: Drawing | Blob | undefined
  readonly isDigit: boolean
  readonly size: Volume
  /** [height, width, channels] of `size` */
  readonly pixels: Uint8Array
}

let kept: Kept | undefined

export const handlers: Handlers<TryCalls> = {
  'try.classify': async ({ image, isDigit }, { session }) => {
    const { model } = session
    if (model === undefined)
      throw new ArgumentError('there is no model yet', { advice: 'write a network that fits the images' })
    if (image !== undefined) kept = await read(image, isDigit, model)
    else if (kept !== undefined && !isSame(kept.size, model.input)) kept = await again(kept, model)
    const now = kept
    if (now === undefined)
      throw new ArgumentError('there is no image yet', { advice: 'draw a digit, or choose a photo' })
    return session.between(() => {
      // Another model may have come meanwhile.
      if (session.model === undefined || !isSame(now.size, session.model.input)) throw gone()
      return answer(session.model, now)
    })
  },
}

const gone = () => new ArgumentError('the network has changed', { advice: 'show the image again' })

const isSame = (a: Volume, b: Volume) => a.height === b.height && a.width === b.width && a.channels === b.channels

/** Photos of a digit are read this large, so that their ink can be found. */
const photoSide = 140

async function read(image: Drawing | Blob | ImageBitmap, isDigit: boolean, { input, info }: Model): Promise<Kept> {
  const { preprocessing } = info
  const isDrawn = 'data' in image
  const isBlob = image instanceof Blob
  const keep = { image: isDrawn || isBlob ? image : undefined, isDigit, size: input }
  if (!isDigit || input.channels !== 1 || input.height !== input.width)
    return { ...keep, pixels: await decodeImage(sourceOf(image), { ...input, preprocessing }) }
  const photo = { height: photoSide, width: photoSide, channels: 1 }
  const grey = isDrawn
    ? image
    : drawingOf({ data: await decodeImage(sourceOf(image), photo), width: photoSide, height: photoSide })
  return { ...keep, pixels: digitOf(grey, input.height) }
}

const sourceOf = (image: Drawing | Blob | ImageBitmap): PictureSource =>
  'data' in image ? { ...image, channels: 1 } : image

async function again({ image, isDigit }: Kept, model: Model): Promise<Kept | undefined> {
  return image === undefined ? undefined : read(image, isDigit, model)
}

async function answer(model: Model, { pixels, size }: Kept): Promise<Answered> {
  const { height, width, channels } = size
  const { height: rows, width: columns, channels: classes } = model.output
  const all = await model.classify({ data: pixels, height, width, channels }, { top: rows * columns * classes })
  return {
    guesses: all.map((each) => ({ index: each.index, name: each.class, probability: each.probability })),
    seen: { height, width, pixels: rgbaOf(pixels, channels) },
  }
}
