/**
 * Dense evaluation (Sermanet et al. 2014, "OverFeat"; CS231n notes, "Converting FC layers to CONV layers"): a classifier at
 * every place of larger images. The network, made fully convolutional, gives the scores of all crops of its input's size in
 * one pass, a crop every network stride. For a finer stride it runs on shifted images, and their maps are interleaved.
 *
 * Without padding in the network, each score is that of the crop. With padding, crops differ at their borders: predict pads
 * a crop with zeros, while here its neighboring pixels are seen. docs/library.md has measured differences.
 */

import { ArgumentError } from '../core/errors.ts'
import { checkOptions } from '../core/options.ts'
import { printVolume, type Volume, volumeSize } from '../core/shapes.ts'
import type { PictureSource } from '../data/source.ts'
import { type Classification, type ClassifyOptions, classify } from '../model/classify.ts'
import type { ModelInfo } from '../model/info.ts'
import type { Model } from '../model/model.ts'
import { checkPictures } from '../model/pictures.ts'
import { fitInput } from '../network/fitInput.ts'
import { fullyConvolutional, strideOf } from '../network/fullyConvolutional.ts'
import type { Network } from '../network/network.ts'
import { type GridAxis, gridAxis, positionsAt, shiftsOf } from './denseGrid.ts'

export interface DenseOptions {
  /** Of the images, in pixels: at least those of the model's input. */
  readonly height: number
  readonly width: number
  /** Pixels from a crop to the next, along both axes: a divisor of the network's stride, which is the default. */
  readonly stride?: number | undefined
  /** The most images, shifted ones included, that run at once. Default 4. */
  readonly batch?: number | undefined
}

/** An image moved up and left, of which the network gives every `networkStride`-th crop. */
interface ShiftedImage {
  readonly image: number
  readonly down: number
  readonly right: number
}

export class DenseEvaluation {
  /** The crops along each axis: how many, how far apart, and how many pixels at the end are in none. */
  readonly rows: GridAxis
  readonly columns: GridAxis
  /** Volume of an image. */
  readonly input: Volume
  /** Volume of a score map: rows × columns × classes. */
  readonly map: Volume
  /** Volume of the mean scores: 1×1×classes. */
  readonly output: Volume
  /** Of the network below. */
  readonly #model: Model
  readonly #batch: number

  private constructor(model: Model, batch: number, output: Volume, rows: GridAxis, columns: GridAxis) {
    this.#model = model
    this.#batch = batch
    this.rows = rows
    this.columns = columns
    this.input = model.input
    this.output = output
    this.map = { height: rows.count, width: columns.count, channels: output.channels }
  }

  /**
   * Takes a copy of the weights, and memory of its own when it first runs; `model` can then be released or disposed of.
   * Throws `ArgumentError` for an image smaller than the model's input, or a stride that does not divide the network's, and
   * `NetworkError` for a network that cannot be made fully convolutional (see `fcToConv`).
   */
  static async create(model: Model, options: DenseOptions): Promise<DenseEvaluation> {
    checkOptions<DenseOptions>('DenseEvaluation.create', options, {
      height: true,
      width: true,
      stride: true,
      batch: true,
    })
    if (model.output.height * model.output.width !== 1) {
      throw new ArgumentError('the network of this model is no classifier', {
        received: `scores for each position of a map, ${printVolume(model.output)}`,
        expected: '1×1×classes',
        advice: 'predict gives the map',
      })
    }
    const { height, width, stride, batch = 4 } = options
    const network = fullyConvolutional(model.network)
    const [down, right] = strideOf(network)
    const { input } = model
    const rows = gridAxis('height', { side: height, crop: input.height, networkStride: down, stride })
    const columns = gridAxis('width', { side: width, crop: input.width, networkStride: right, stride })
    const larger = fitInput(network, { height, width, channels: input.channels })
    return new DenseEvaluation(await model.withNetwork(larger, { batch }), batch, model.output, rows, columns)
  }

  /** Fully convolutional, for images of this size. */
  get network(): Network {
    return this.#model.network
  }

  /** Class names and normalization of the model. */
  get info(): ModelInfo {
    // Photos cover the larger input, whatever the model's own size was.
    const { preprocessing, ...info } = this.#model.info
    return preprocessing === undefined
      ? info
      : { ...info, preprocessing: { ...preprocessing, resize: { kind: 'cover' } } }
  }

  /**
   * Images [n, height, width, channels], already normalized, to score maps [n, rows, columns, classes]: position (i, j) has
   * what the last layer gives for the crop whose first pixel is (i·stride, j·stride). Throws as `Model.predict` does.
   */
  async scoreMaps(images: Float32Array): Promise<Float32Array> {
    const count = checkPictures(images, this.input)
    // The caller may use the array again before the last run.
    return this.#mapsOf(images.slice(), count)
  }

  /**
   * Images [n, height, width, channels], already normalized, to the mean of each score map, [n, classes]. Means of scores,
   * as in the notes; of probabilities, if the network ends in SOFTMAX.
   */
  async predict(images: Float32Array): Promise<Float32Array> {
    const count = checkPictures(images, this.input)
    const source = images.slice()
    const each = volumeSize(this.input)
    const means = new Float32Array(count * this.output.channels)
    // With a fine stride, maps are far larger than images: no more of them than run at once.
    const some = Math.max(1, Math.floor(this.#batch / this.#runs(1).length))
    for (let first = 0; first < count; first += some) {
      const end = Math.min(first + some, count)
      const maps = await this.#mapsOf(source.subarray(first * each, end * each), end - first)
      means.set(meansOf(maps, this.map), first * this.output.channels)
    }
    return means
  }

  /** As `Model.classify`: images are scaled and cropped to this size, and classified by the mean scores of their crops. */
  classify(
    sources: readonly PictureSource[],
    options?: ClassifyOptions,
  ): Promise<readonly (readonly Classification[])[]> {
    return classify(this, (use) => use((images) => this.predict(images)), sources, options)
  }

  /** Frees the memory and ends the workers. */
  async dispose(): Promise<void> {
    await this.#model.dispose()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose()
  }

  /** Of images that nobody changes. */
  async #mapsOf(images: Float32Array, count: number): Promise<Float32Array> {
    const maps = new Float32Array(count * volumeSize(this.map))
    const runs = this.#runs(count)
    const each = volumeSize(this.input)
    const portion = new Float32Array(Math.min(this.#batch, runs.length) * each)
    for (let first = 0; first < runs.length; first += this.#batch) {
      const some = runs.slice(first, first + this.#batch)
      some.forEach((run, index) => {
        this.#shift(images, run, portion.subarray(index * each, (index + 1) * each))
      })
      const results = await this.#model.predict(portion.subarray(0, some.length * each))
      some.forEach((run, index) => {
        this.#interleave(results, index, run, maps)
      })
    }
    return maps
  }

  #runs(count: number): readonly ShiftedImage[] {
    const [downs, rights] = [shiftsOf(this.rows), shiftsOf(this.columns)]
    return Array.from({ length: count }, (_, image) =>
      downs.flatMap((down) => rights.map((right) => ({ image, down, right }))),
    ).flat()
  }

  /** Zeros come in at the end; only positions beyond the last crop see them, apart from padding. */
  #shift(images: Float32Array, { image, down, right }: ShiftedImage, into: Float32Array): void {
    const { height, width, channels } = this.input
    into.fill(0)
    for (let row = down; row < height; row++) {
      const from = ((image * height + row) * width + right) * channels
      into.set(images.subarray(from, from + (width - right) * channels), (row - down) * width * channels)
    }
  }

  /** Puts the crops of a run, number `index` among `results`, in their places. */
  #interleave(results: Float32Array, index: number, { image, down, right }: ShiftedImage, maps: Float32Array): void {
    const { height, width, channels } = this.#model.output
    const [rows, columns] = [positionsAt(this.rows, down), positionsAt(this.columns, right)]
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        const from = ((index * height + i) * width + j) * channels
        const row = (down + i * this.rows.networkStride) / this.rows.stride
        const column = (right + j * this.columns.networkStride) / this.columns.stride
        const to = ((image * this.map.height + row) * this.map.width + column) * channels
        maps.set(results.subarray(from, from + channels), to)
      }
    }
  }
}

/** Over the positions of each map [n, rows, columns, classes]: [n, classes]. */
function meansOf(maps: Float32Array, { height, width, channels }: Volume): Float32Array {
  const positions = height * width
  return new Float32Array(maps.length / positions).map((_, index) => {
    const first = Math.floor(index / channels) * positions * channels + (index % channels)
    let sum = 0
    for (let position = 0; position < positions; position++) sum += maps[first + position * channels] as number
    return sum / positions
  })
}
