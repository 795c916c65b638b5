/** The images of the test split that are hardest for a trained network, drawn for its report, with Grad-CAM. */

import { LensletError } from '../core/errors.ts'
import { volumeSize } from '../core/shapes.ts'
import { Batches } from '../data/batches.ts'
import type { Split } from '../data/dataset.ts'
import type { Normalization } from '../data/normalization.ts'
import { readPictures } from '../data/store.ts'
import { gradCam } from '../insight/attribution/gradCam.ts'
import { type HardImage, hardImages } from '../insight/hardImages.ts'
import { mapOverlay } from '../inspect/maps/mapPicture.ts'
import { pictureOf, shrunk } from '../inspect/picture.ts'
import type { Picture } from '../inspect/png.ts'
import type { HardPictures, MistakenPicture } from '../inspect/report/pictures.ts'
import type { Model } from '../model/model.ts'

/** Looking for mistakes may cost this many multiply–accumulates, a second or a few, and Grad-CAM as many. */
export const macsForMistakes = 2e10
/** Grad-CAM takes a forward pass and half of a backward pass: about three forward passes at most. */
const passesOfMap = 3
/** Pixels of a side: more would only make the page larger. */
const mostSide = 160

export async function hardPictures(
  model: Model,
  split: Split,
  {
    normalization,
    among,
    macs,
  }: { readonly normalization: Normalization; readonly among: number; readonly macs: number },
): Promise<HardPictures> {
  const found = await hardImages(model, split, { normalization, among, most: 18, each: 4 })
  const unsure = found.unsure.slice(0, 12)
  const classes = found.classes.slice(0, 12)
  // Each image once, those that come first on the page first.
  const all = new Map(
    [...found.mistakes, ...unsure, ...classes.flatMap(({ mistakes }) => mistakes)].map((each) => [each.index, each]),
  )
  const mapped = [...all.values()].slice(0, Math.floor(macsForMistakes / passesOfMap / Math.max(1, macs)))
  const { maps, note } = await mapsOf(model, split, normalization, mapped)
  const images = await readPictures(split, [...all.keys()])
  const drawn = new Map([...all.keys()].map((index, at) => [index, shrunk(pictureOf(images, at), mostSide)]))
  const shown = (image: HardImage): MistakenPicture => {
    const picture = drawn.get(image.index) as Picture
    const map = maps.get(image.index)
    return { ...image, picture, ...(map && { map: mapOverlay(picture, map) }) }
  }
  const missing =
    mapped.length < all.size && note === undefined
      ? `Grad-CAM is for the first ${mapped.length} images only, as it takes long.`
      : note
  return {
    pictures: found.mistakes.map(shown),
    unsure: unsure.map(shown),
    classes: found.classes.map(({ mistakes, ...rest }, index) => ({
      ...rest,
      pictures: index < classes.length ? mistakes.map(shown) : [],
    })),
    among: found.among,
    ...(missing !== undefined && { note: missing }),
  }
}

type Maps = ReadonlyMap<number, Parameters<typeof mapOverlay>[1]>

/** Grad-CAM of the predicted class of each image; a network without maps has none, and a note says so. */
async function mapsOf(
  model: Model,
  split: Split,
  normalization: Normalization,
  images: readonly HardImage[],
): Promise<{ readonly maps: Maps; readonly note?: string }> {
  if (images.length === 0) return { maps: new Map() }
  const each = volumeSize(model.input)
  const values = new Float32Array(images.length * each)
  const batches = new Batches(split, { batch: 1, normalization, shuffle: false })
  const label = new Int32Array(1)
  for (const [at, { index }] of images.entries()) {
    await batches.ready(0, index)
    batches.fill(0, index, values.subarray(at * each, (at + 1) * each), label)
  }
  try {
    const { shape, data } = await gradCam(model, values, { target: images.map(({ predictedIndex }) => predictedIndex) })
    const [, height = 1, width = 1] = shape
    const area = height * width
    return {
      maps: new Map(
        images.map(({ index }, at) => [
          index,
          { shape: [height, width], data: data.subarray(at * area, (at + 1) * area) },
        ]),
      ),
    }
  } catch (error) {
    if (!(error instanceof LensletError)) throw error
    return { maps: new Map(), note: `There is no Grad-CAM: ${error.message.split('\n')[0]}.` }
  }
}
