/** From pictures to classes: decode, normalize as the model's training did, predict, name the most probable classes. */

import { ArgumentError, LensletError } from '../core/errors.ts'
import { findNotFinite } from '../core/finite.ts'
import { checkOptions, printKind } from '../core/options.ts'
import { printVolume, type Volume, volumeSize } from '../core/shapes.ts'
import { takePicture } from '../data/decode.ts'
import { channelOffset, type Normalization, normalizationTable } from '../data/normalization.ts'
import type { Fit } from '../data/resize.ts'
import type { PictureSource } from '../data/source.ts'
import type { Network } from '../network/network.ts'
import { lossOf } from '../network/training.ts'
import { resolveLoss } from '../ops/losses/table.ts'
import type { ModelInfo } from './info.ts'
import { likeliest, toProbabilities } from './probabilities.ts'

export interface ClassifyOptions {
  /** How many classes to name, the most probable first. Default 5. */
  readonly top?: number | undefined
  /**
   * `cover`: keep the aspect and cut off what is too long; `stretch`: fill the input, whatever the aspect. Default: what
   * `info.preprocessing` says, or else `cover`.
   */
  readonly fit?: Fit | undefined
}

export interface Classification {
  /** The class's name, or its index where the model has no names. */
  readonly class: string
  /** Its place among the scores. */
  readonly index: number
  /** 0 to 1 */
  readonly probability: number
}

/** What it takes of a model. */
interface Classifier {
  readonly network: Network
  readonly input: Volume
  readonly output: Volume
  readonly info: ModelInfo
}

/** Several predictions with the same weights. */
type Predictions = <T>(use: (predict: (pictures: Float32Array) => Promise<Float32Array>) => Promise<T>) => Promise<T>

/** Pictures that are decoded and run at a time. */
const portion = 32

/**
 * For `Model.classify`. The first images are decoded before the predictions begin, so that one picture keeps nobody
 * waiting while it is fetched.
 */
export async function classify(
  model: Classifier,
  predictions: Predictions,
  sources: readonly PictureSource[],
  options: ClassifyOptions = {},
): Promise<readonly (readonly Classification[])[]> {
  checkOptions<ClassifyOptions>('classify', options, { top: true, fit: true })
  const { top = 5, fit } = options
  checkValues(model, top, fit)
  const { network, input, output, info } = model
  warnOfNoNormalization(model)
  const size = { ...input, fit, preprocessing: info.preprocessing }
  // Buffers and canvases may change as soon as this call has returned.
  const pictures = sources.map((source) => takePicture(source, size))
  const decode = (first: number) => Promise.all(pictures.slice(first, first + portion).map((take) => take()))
  const classes = volumeSize(output)
  const found: (readonly Classification[])[] = []
  let bytes = await decode(0)
  await predictions(async (predict) => {
    while (bytes.length > 0) {
      const scores = await predict(valuesOf(input, info, bytes))
      bytes.forEach((_, index) => {
        found.push(named({ network, info }, scores.subarray(index * classes, (index + 1) * classes), top))
      })
      bytes = await decode(found.length)
    }
  })
  return found
}

function checkValues({ network, output }: Classifier, top: number, fit: Fit | undefined): void {
  if (!Number.isInteger(top) || top < 1)
    throw new ArgumentError('top is invalid', { received: printKind(top), expected: 'a whole number from 1' })
  if (fit !== undefined && fit !== 'cover' && fit !== 'stretch')
    throw new ArgumentError('fit is invalid', { received: printKind(fit), expected: 'cover or stretch' })
  const { kind } = lossOf(network)
  if (resolveLoss(kind).compares === 'numbers')
    throw new ArgumentError('this network does not classify images', {
      received: `a network that gives numbers, with the loss ${kind}`,
      expected: 'a network whose loss compares classes or labels',
      advice: 'use predict',
    })
  if (output.height * output.width === 1) return
  throw new ArgumentError('this network does not classify images', {
    received: `scores for each position of a map, ${printVolume(output)}`,
    expected: '1×1×classes',
    advice: 'use predict, or put GAP or FC at the end of the network',
  })
}

function named(
  { network, info }: Pick<Classifier, 'network' | 'info'>,
  scores: Float32Array,
  top: number,
): readonly Classification[] {
  const at = findNotFinite(scores)
  if (at !== -1) {
    throw new LensletError("the model's scores are not finite numbers", {
      received: `${scores[at]}`,
      advice: 'its weights have diverged: train it again with a lower learning rate',
    })
  }
  const probabilities = toProbabilities(network, scores)
  return likeliest(probabilities, top).map((index) => ({
    class: info.classes?.[index] ?? `${index}`,
    index,
    probability: probabilities[index] as number,
  }))
}

/**
 * Converts pictures of bytes, [height, width, channels] each, to the values that `predict` takes, [n, h, w, c]. A model whose
 * info has no normalization gets values from −1 to 1, (x/255 − 0.5)/0.5, and a warning on the console. Throws
 * `ArgumentError` for a normalization of another number of channels.
 */
export function normalizePictures(
  model: Pick<Classifier, 'input' | 'info'>,
  pictures: readonly Uint8Array[],
): Float32Array {
  warnOfNoNormalization(model)
  return valuesOf(model.input, model.info, pictures)
}

const warned = new WeakSet<object>()

/** Once for each model. */
function warnOfNoNormalization(model: Pick<Classifier, 'info'>): void {
  if (model.info.normalization !== undefined || warned.has(model)) return
  warned.add(model)
  console.warn(
    'lenslet: this model has no normalization; images are scaled to the range -1…1, (x/255 − 0.5)/0.5. ' +
      'Set model.info = { ...model.info, normalization: { mean, std } } for another.',
  )
}

function valuesOf(input: Volume, info: ModelInfo, pictures: readonly Uint8Array[]): Float32Array {
  const { channels } = input
  const normalization = fitting(info.normalization, channels)
  const table = normalizationTable(normalization)
  const offset = channelOffset(normalization)
  const size = volumeSize(input)
  const values = new Float32Array(pictures.length * size)
  pictures.forEach((bytes, picture) => {
    for (let i = 0; i < size; i++) {
      const channel = i % channels
      const byte = bytes[i - channel + Math.abs(offset - channel)] as number
      values[picture * size + i] = table[channel * 256 + byte] as number
    }
  })
  return values
}

function fitting(normalization: Normalization | undefined, channels: number): Normalization {
  const usual = new Array<number>(channels).fill(0.5)
  const found = normalization ?? { mean: usual, std: usual }
  const { mean, std } = found
  if (mean.length === channels && std.length === channels) return found
  throw new ArgumentError("the model's normalization does not fit its input", {
    received: `${mean.length} means and ${std.length} deviations`,
    expected: `${channels}, one a channel`,
  })
}
