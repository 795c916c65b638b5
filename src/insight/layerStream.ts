/**
 * What layers give for many images, a batch at a time: one program with taps for all of them, so that memory depends on the
 * network and not on the number of images.
 */

import type { Program } from '../backends/types.ts'
import { ArgumentError } from '../core/errors.ts'
import { checkWhole } from '../core/numbers.ts'
import type { OptionNames } from '../core/options.ts'
import { printVolume, sameVolume, sizeOf, type Volume, volumeSize } from '../core/shapes.ts'
import { Batches } from '../data/batches.ts'
import type { Split } from '../data/dataset.ts'
import type { Normalization } from '../data/normalization.ts'
import { lend, type Model } from '../model/model.ts'
import { inferVolumes } from '../network/volumes.ts'
import { matchNodes } from '../plan/nodes.ts'
import { runsOf } from '../plan/sizes.ts'
import { DataMismatchError } from '../train/errors.ts'

/** What everything that runs over a data set takes. */
export interface StreamOptions {
  /** How many images of the split, from the first. Default: all. */
  readonly among?: number | undefined
  /** Default: the model's own. */
  readonly normalization?: Normalization | undefined
  /** Bytes that a program may take beside the weights. Default 256 MiB; one image at a time is always run. */
  readonly memory?: number | undefined
  readonly signal?: AbortSignal | undefined
  /** Called with the number of images that are done, and that of all. */
  readonly progress?: ((done: number, all: number) => void) | undefined
}

export const streamOptionNames: OptionNames<StreamOptions> = {
  among: true,
  normalization: true,
  memory: true,
  signal: true,
  progress: true,
}

/** What a layer gave for some images, side by side. */
export interface LayerValues {
  readonly layer: string
  readonly volume: Volume
  /** Number of the first image, and how many there are. */
  readonly first: number
  readonly count: number
  /** [count, h, w, c]; used again for the next layer, so what is kept must be copied. */
  readonly data: Float32Array
}

/** Images to run: those of a split, or values that are normalized already. */
export interface ImageStream {
  readonly count: number
  /** Writes images [first, first + count), normalized. */
  fill(first: number, count: number, into: Float32Array): void | Promise<void>
}

export function imagesOf(values: Float32Array, input: Volume): ImageStream {
  const each = volumeSize(input)
  return {
    count: values.length / each,
    fill: (first, count, into) => into.set(values.subarray(first * each, (first + count) * each)),
  }
}

/**
 * @throws {DataMismatchError} images of another size
 * @throws {ArgumentError} a number of images that is not a whole number from 1
 */
export function splitStream(
  model: Model,
  split: Split,
  { among = split.count, normalization }: StreamOptions,
): ImageStream {
  if (!sameVolume(model.input, split)) {
    throw new DataMismatchError('the images do not fit the network', {
      received: `images of ${printVolume(split)}`,
      expected: `the network's input, ${printVolume(model.input)}`,
    })
  }
  if (split.count === 0) {
    throw new ArgumentError('the split has no images', { received: '0 images', expected: 'at least one' })
  }
  checkWhole('among', among, 1, 2 ** 31)
  const used = normalization ?? model.info.normalization
  if (used === undefined) {
    throw new ArgumentError('the model has no normalization', {
      received: 'no info.normalization, and no option normalization',
      expected: 'how the bytes of an image become its input',
      advice: 'normalization: dataset.normalization',
    })
  }
  const count = Math.min(among, split.count)
  // Batches of one image: any range can then be asked for.
  const batches = new Batches(split, { batch: 1, normalization: used, shuffle: false })
  const each = volumeSize(model.input)
  const labels = split.targets === undefined ? new Int32Array(1) : new Float32Array(split.targets.length / split.count)
  return {
    count,
    async fill(first, some, into) {
      for (let i = 0; i < some; i++) {
        await batches.ready(0, first + i)
        batches.fill(0, first + i, into.subarray(i * each, (i + 1) * each), labels)
      }
    },
  }
}

const usualMemory = 2 ** 28
const mostAtOnce = 64

/** Names of the layers that match, in the network's order. Throws `ArgumentError` for a pattern that matches none. */
export function layersNamed(model: Model, patterns: readonly string[], what: string): readonly string[] {
  const nodes = inferVolumes(model.network)
  const found = matchNodes(nodes, patterns, what)
  return nodes.map(({ node }) => node.name).filter((name) => found.has(name))
}

/** Calls `visit` for each batch and layer: all layers of a batch, then the next batch. */
export async function streamLayers(
  model: Model,
  images: ImageStream,
  layers: readonly string[],
  { memory = usualMemory, signal, progress }: StreamOptions,
  visit: (values: LayerValues) => void,
): Promise<void> {
  if (!(memory > 0)) {
    throw new ArgumentError('memory is invalid', { received: `${memory}`, expected: 'a positive number of bytes' })
  }
  const taps = [...layers]
  const batch = batchWithin(model, taps, Math.min(images.count, mostAtOnce), memory)
  await lend(model, { batch, taps }, async (program) => {
    const { ports, buffers, sections } = program.plan
    const tapped = taps.map((layer) => {
      const buffer = ports.taps?.[layer] as number
      const [, height = 1, width = 1, channels = 1] = buffers[buffer]?.shape ?? []
      return { layer, buffer, volume: { height, width, channels } }
    })
    const scratch = new Float32Array(batch * Math.max(...tapped.map(({ volume }) => volumeSize(volume))))
    const pictures = new Float32Array(sizeOf(buffers[ports.pictures]?.shape ?? []))
    let first = 0
    for (const size of runsOf(images.count, sections.scores?.sizes ?? [])) {
      signal?.throwIfAborted()
      const count = Math.min(size, images.count - first)
      await runSome(program, images, first, count, size, pictures)
      for (const { layer, buffer, volume } of tapped) {
        const data = scratch.subarray(0, count * volumeSize(volume))
        await program.read(buffer, data)
        visit({ layer, volume, first, count, data })
      }
      first += count
      progress?.(first, images.count)
    }
  })
}

async function runSome(
  program: Program,
  images: ImageStream,
  first: number,
  count: number,
  size: number,
  pictures: Float32Array,
): Promise<void> {
  const { ports, batch } = program.plan
  const each = pictures.length / batch
  await images.fill(first, count, pictures)
  program.write(ports.pictures, pictures.subarray(0, count * each))
  await program.run({ section: 'scores', pictures: size })
}

/** The largest of most, most/2, … 1 whose arena, without the weights, fits. */
function batchWithin(model: Model, taps: readonly string[], most: number, memory: number): number {
  for (let batch = most; batch > 1; batch = Math.ceil(batch / 2)) {
    const { arenaBytes, memory: uses } = model.planFor({ batch, taps })
    if (arenaBytes - uses.parameters - uses.tracked <= memory) return batch
  }
  return 1
}
