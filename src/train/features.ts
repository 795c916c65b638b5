/**
 * Features of frozen layers, computed once: the layers in front of a cut run over the data set as at inference, and only
 * the network behind the cut trains, on their outputs. The weights become the same bits as without the cache: fusion and
 * kernels of frozen layers are those of inference in a training, too, and random numbers depend on the step and the
 * layer's name.
 */

import { ArgumentError } from '../core/errors.ts'
import { type Volume, volumeSize } from '../core/shapes.ts'
import { Batches } from '../data/batches.ts'
import type { Dataset, Split } from '../data/dataset.ts'
import type { Model } from '../model/model.ts'
import type { Tensor } from '../model/safetensors.ts'
import { inferVolumes } from '../network/volumes.ts'
import { weightsNamed } from '../plan/groups.ts'
import { type Cut, cutOf } from './cut.ts'
import { planOptionsOf, resolveSettings, type TrainOptions, type TrainSettings } from './options.ts'

/** What trains in place of a model. */
export interface FeatureTraining {
  /** The network behind the cut, with copies of the model's weights; the caller disposes of it. */
  readonly model: Model
  /** Features in place of images: zeros until `compute` has run. */
  readonly dataset: Dataset
  readonly options: TrainOptions
  /** The layer that gives the features. */
  readonly cut: string
  /** Of all features. */
  readonly bytes: number
  /** Goes on where a signal stopped it before. */
  compute(options: ComputeOptions): Promise<void>
  /** Copies what was learned into the model, and gives its classes and normalization to it. */
  putBack(): Promise<void>
  /** All weights of the model, with these in place of its own. */
  complete(weights: ReadonlyMap<string, Tensor>): Promise<ReadonlyMap<string, Tensor>>
}

export interface ComputeOptions {
  readonly signal?: AbortSignal | undefined
  /** Called with the number of images that have been through the frozen layers, mirrored ones too, and that of all. */
  readonly progress?: ((done: number, all: number) => void) | undefined
}

/** Why nothing is cached, in words that end a sentence. */
export interface NoFeatures {
  readonly reason: string
  /** That they would take, where it is more than the limit. */
  readonly bytes?: number
}

/**
 * @param limit bytes that the features may take
 * Throws as `resolveSettings` does.
 */
export async function featureTraining(
  model: Model,
  dataset: Dataset,
  options: TrainOptions,
  limit: number,
): Promise<FeatureTraining | NoFeatures> {
  const settings = resolveSettings(model, dataset, options)
  if (settings.views !== undefined) return { reason: 'test views are made of images, not of features' }
  const { flip: flipped = false, border: _, ...others } = settings.augment
  if (Object.values(others).some((amount) => amount))
    return { reason: 'every epoch crops or changes the images in other ways' }
  const flip = flipped !== false
  const cut = cutOf(model.planFor(planOptionsOf(settings)))
  if (cut === undefined) return { reason: 'there is no frozen layer that everything that learns depends on' }
  const bytes = 4 * volumeSize(cut.features) * passesOf(dataset, flip)
  if (bytes > limit) return { reason: 'they would take more memory than the limit', bytes }
  const back = await model.withNetwork(cut.back)
  back.info = model.info.classes === undefined ? {} : { classes: model.info.classes }
  const made = featuresOf(dataset, cut.features, flip)
  const finished: Finished = new Map()
  return {
    model: back,
    dataset: made,
    options: optionsBehind(cut, options, settings),
    cut: cut.name,
    bytes,
    compute: (how) => compute({ model, cut, dataset, made, settings, finished }, how),
    async putBack() {
      for (const [name, { values }] of await back.snapshot()) model.weights.set(name, values)
      const { classes = model.info.classes } = back.info
      model.info = { ...model.info, ...(classes && { classes }), normalization: settings.normalization }
    },
    complete: async (weights) => new Map([...(await model.snapshot()), ...weights]),
  }
}

/** Images that go through the frozen layers. */
function passesOf({ train, validation, test }: Pick<Dataset, 'train' | 'validation' | 'test'>, flip: boolean): number {
  return train.count * (flip ? 2 : 1) + (validation?.count ?? 0) + test.count
}

/** Names of layers in front of the cut would be unknown behind it. */
function optionsBehind({ back, name }: Cut, options: TrainOptions, { frozen, groups }: TrainSettings): TrainOptions {
  const nodes = inferVolumes(back)
  const names = new Set(nodes.map(({ node }) => node.name).filter((each) => each !== name))
  return {
    ...options,
    frozen: frozen.filter((each) => names.has(each)),
    ...(groups && { rates: undefined, groups: groups.filter(({ weights }) => isOf(nodes, weights)) }),
  }
}

function isOf(nodes: Parameters<typeof weightsNamed>[0], weights: string): boolean {
  try {
    return weightsNamed(nodes, [weights]).length > 0
  } catch (error) {
    if (error instanceof ArgumentError) return false
    throw error
  }
}

function featuresOf(dataset: Dataset, volume: Volume, flip: boolean): Dataset {
  const { height, width, channels } = volume
  const split = (given: Split, mirrored: boolean): Split => {
    const make = () => new Float32Array(given.count * volumeSize(volume))
    return { ...given, height, width, channels, features: { plain: make(), ...(mirrored && { mirrored: make() }) } }
  }
  return {
    ...dataset,
    train: split(dataset.train, flip),
    ...(dataset.validation && { validation: split(dataset.validation, false) }),
    test: split(dataset.test, false),
    // Features are taken as they are.
    normalization: { mean: Array.from({ length: channels }, () => 0), std: Array.from({ length: channels }, () => 1) },
  }
}

/** Images that run at once. */
const portion = 32

/** Steps that are done, by the array that they filled. */
type Finished = Map<Float32Array, number>

interface Computing {
  readonly model: Model
  readonly cut: Cut
  readonly dataset: Dataset
  readonly made: Dataset
  readonly settings: TrainSettings
  readonly finished: Finished
}

async function compute(
  { model, cut, dataset, made, settings, finished }: Computing,
  { signal, progress }: ComputeOptions,
): Promise<void> {
  const { front, features } = cut
  const { train, validation, test } = dataset
  const { normalization, augment } = settings
  signal?.throwIfAborted()
  await using frozen = await model.withNetwork(front)
  const size = volumeSize(features)
  const all = passesOf({ train, validation, test }, (augment.flip ?? false) !== false)
  let done = 0
  const run = async (split: Split, into: Float32Array | undefined, isMirrored = false) => {
    if (into === undefined || split.count === 0) return
    const batches = new Batches(split, { batch: portion, normalization, shuffle: false })
    const images = new Float32Array(portion * volumeSize(split))
    const labels = new Float32Array(portion * (split.targets === undefined ? 1 : split.targets.length / split.count))
    const before = finished.get(into) ?? 0
    done += Math.min(split.count, before * portion)
    for (let step = before; step < batches.stepsPerEpoch; step++) {
      signal?.throwIfAborted()
      await batches.ready(0, step)
      const count = batches.fill(0, step, images, labels)
      const given = images.subarray(0, count * volumeSize(split))
      if (isMirrored) mirrorRows(given, split)
      const from = step * portion * size
      await frozen.predict(given, { into: into.subarray(from, from + count * size) })
      finished.set(into, step + 1)
      done += count
      progress?.(done, all)
    }
  }
  await run(train, made.train.features?.plain)
  await run(train, made.train.features?.mirrored, true)
  if (validation) await run(validation, made.validation?.features?.plain)
  await run(test, made.test.features?.plain)
}

/** Left to right, as the augmentation `flip` does. */
function mirrorRows(images: Float32Array, { width, channels }: Volume): void {
  const row = width * channels
  for (let from = 0; from < images.length; from += row) {
    const line = images.slice(from, from + row)
    for (let x = 0; x < width; x++)
      images.set(line.subarray(x * channels, (x + 1) * channels), from + (width - 1 - x) * channels)
  }
}
