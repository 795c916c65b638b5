/**
 * DeepDream (Mordvintsev et al. 2015, "Inceptionism: Going Deeper into Neural Networks"): steps on a photo that strengthen
 * whatever a layer sees in it. The photo is worked on at several sizes ("octaves"), smallest first; a photo larger than the
 * network's input is covered by tiles, whose borders move from step to step.
 */

import { ArgumentError } from '../../core/errors.ts'
import { findNotFinite } from '../../core/finite.ts'
import { printKind } from '../../core/options.ts'
import { Random } from '../../core/random.ts'
import { printVolume, type Shape } from '../../core/shapes.ts'
import type { Model } from '../../model/model.ts'
import { checkRun, lendPasses, type PassRunner, type RunOptions } from '../attribution/pass.ts'
import { checkIndex, nodeOf } from '../attribution/target.ts'
import { type Size, scaled, shifted, stepped, usualNormalization } from './planes.ts'

export interface DeepDreamOptions extends Pick<RunOptions, 'signal' | 'progress'> {
  /** Whose activations grow. */
  readonly layer: string
  /** Only one of its channels. Default: all. */
  readonly channel?: number | undefined
  /** At each size. Default 10. */
  readonly steps?: number | undefined
  /** Length of a step: the root mean square of a pixel's change, as a share of the range of bytes. Default 0.015. */
  readonly rate?: number | undefined
  /** Sizes, as far as the photo is that much larger than the network's input. Default 4. */
  readonly octaves?: number | undefined
  /** From a size to the next. Default 1.4. */
  readonly scale?: number | undefined
  /** Default 0. */
  readonly seed?: number | undefined
}

export interface Dream {
  /** [height, width, channels] */
  readonly shape: Shape
  /** Normalized; `imageBytes` makes it bytes. */
  readonly data: Float32Array
  /** Sizes that were worked on, smallest first. */
  readonly sizes: readonly Size[]
}

/**
 * @param photo [size.height, size.width, channels], normalized, at least as large as the network's input
 * @throws {ArgumentError} a photo that is too small or of another size, a layer or channel that does not exist, an invalid option
 */
export async function deepDream(
  model: Model,
  photo: Float32Array,
  size: Size,
  options: DeepDreamOptions,
): Promise<Dream> {
  checkRun<DeepDreamOptions>('deepDream', options, {
    layer: true,
    channel: true,
    steps: true,
    rate: true,
    octaves: true,
    scale: true,
    seed: true,
    signal: true,
    progress: true,
  })
  const { layer, channel, steps = 10, rate = 0.015, octaves = 4, scale = 1.4, seed = 0 } = options
  checkPhoto(model, photo, size)
  const { output } = nodeOf(model.network, layer)
  if (channel !== undefined) checkIndex(channel, output.channels, `channel of ${layer}`)
  for (const [name, value] of [
    ['steps', steps],
    ['octaves', octaves],
  ] as const)
    if (!Number.isInteger(value) || value < 1)
      throw new ArgumentError(`${name} must be a whole number from 1`, { received: `${value}` })
  if (!(scale > 1 && Number.isFinite(scale)))
    throw new ArgumentError('the scale must be a number above 1', { received: `${scale}` })
  if (!(rate >= 0 && Number.isFinite(rate)))
    throw new ArgumentError('the rate must be a number of at least 0', { received: `${rate}` })
  const normalization = model.info.normalization ?? usualNormalization(model.input.channels)
  const sizes = sizesOf(size, model.input, octaves, scale)
  const random = Random.seeded(seed, 'deepDream')
  const tiles = sizes.map((each) => tilesOf(each, model.input))
  const all = steps * tiles.reduce((sum, { length }) => sum + length, 0)
  let done = 0
  // From the photo down, each from the one above: no pixel is skipped.
  const photos: Float32Array[] = [photo.slice()]
  for (const [index, smaller] of sizes.toReversed().slice(1).entries())
    photos.unshift(scaled(photos[0] as Float32Array, sizes.at(-1 - index) as Size, smaller))
  let detail: Float32Array | undefined
  let image = photo
  await lendPasses(model, { of: layer, to: ['pictures'] }, 1, async (runner) => {
    for (const [octave, at] of sizes.entries()) {
      const plain = photos[octave] as Float32Array
      const added = detail && scaled(detail, sizes[octave - 1] as Size, at)
      image = added ? plain.map((value, i) => value + (added[i] as number)) : plain.slice()
      for (let step = 0; step < steps; step++) {
        options.signal?.throwIfAborted()
        const [down, right] = [random.integer(model.input.height), random.integer(model.input.width)]
        const dreamer = { model, runner, channel, channels: output.channels }
        const moved = await gradientOf(dreamer, shifted(image, at, down, right), at, tiles[octave] as readonly Place[])
        const slopes = shifted(moved, at, -down, -right)
        image = stepped(image, slopes, rate, normalization)
        done += (tiles[octave] as readonly Place[]).length
        options.progress?.(done, all)
      }
      detail = image.map((value, i) => value - (plain[i] as number))
    }
  })
  return { shape: [size.height, size.width, model.input.channels], data: image, sizes }
}

interface Dreamer {
  readonly model: Model
  readonly runner: PassRunner
  readonly channel: number | undefined
  readonly channels: number
}

interface Place {
  readonly top: number
  readonly left: number
}

/** Of ½·Σ(activations²), tile by tile; where tiles overlap, the sum. */
async function gradientOf(
  { model, runner, channel, channels }: Dreamer,
  image: Float32Array,
  { width }: Size,
  tiles: readonly Place[],
): Promise<Float32Array> {
  const { height: rows, width: columns, channels: depth } = model.input
  const input = model.network.nodes[0]?.name as string
  const slopes = new Float32Array(image.length)
  const row = columns * depth
  for (const { top, left } of tiles) {
    const at = (y: number) => ((top + y) * width + left) * depth
    await runner.run(
      {
        image(_, into) {
          for (let y = 0; y < rows; y++) into.set(image.subarray(at(y), at(y) + row), y * row)
        },
        start(_, values, start) {
          for (let i = 0; i < values.length; i++)
            if (channel === undefined || i % channels === channel) start[i] = values[i] as number
        },
        take(_, { gradients }) {
          const found = gradients[input] as Float32Array
          for (let y = 0; y < rows; y++)
            for (let x = 0; x < row; x++)
              slopes[at(y) + x] = (slopes[at(y) + x] as number) + (found[y * row + x] as number)
        },
      },
      0,
      1,
    )
  }
  return slopes
}

/** Smallest first; none smaller than the network's input. */
function sizesOf(size: Size, input: Size, octaves: number, scale: number): readonly Size[] {
  const sizes = Array.from({ length: octaves }, (_, octave) => ({
    height: Math.round(size.height / scale ** octave),
    width: Math.round(size.width / scale ** octave),
  }))
  return sizes.filter(({ height, width }) => height >= input.height && width >= input.width).reverse()
}

/** Tiles of the input's size that cover an image; the last of a row or column ends with it. */
function tilesOf(size: Size, input: Size): readonly Place[] {
  const starts = (side: number, tile: number) =>
    Array.from({ length: Math.ceil(side / tile) }, (_, i) => Math.min(i * tile, side - tile))
  return starts(size.height, input.height).flatMap((top) =>
    starts(size.width, input.width).map((left) => ({ top, left })),
  )
}

function checkPhoto({ input }: Model, photo: Float32Array, size: Size): void {
  const { height, width } = size
  const values = height * width * input.channels
  if (
    !(photo instanceof Float32Array) ||
    !Number.isInteger(height) ||
    !Number.isInteger(width) ||
    photo.length !== values
  )
    throw new ArgumentError('the photo does not have this size', {
      received: `${printKind(photo)} for ${height}×${width}`,
      expected: `a Float32Array of ${height}×${width}×${input.channels} normalized values`,
    })
  if (height < input.height || width < input.width)
    throw new ArgumentError('the photo is smaller than the input of the network', {
      received: `${height}×${width}`,
      expected: `at least ${printVolume(input)}`,
      advice: 'scale it up first',
    })
  if (findNotFinite(photo) !== -1)
    throw new ArgumentError('the photo must be finite numbers', { received: `${photo[findNotFinite(photo)]}` })
}
