/**
 * Whether a converted model computes what the model did before: both run on the same random images. A conversion that
 * keeps the weights gives the same bits. One that rounds them anew (folded norms, 16-bit floats) may differ by what such
 * rounding changes, which is measured: with each weight of the model changed at random by up to its rounding error.
 */

import { LensletError } from '../core/errors.ts'
import { Random } from '../core/random.ts'
import { printVolume, volumeSize } from '../core/shapes.ts'
import { printCount } from '../inspect/units.ts'
import type { ModelInfo } from '../model/info.ts'
import { Model } from '../model/model.ts'
import type { WeightSource } from '../model/weightSource.ts'
import type { Network } from '../network/network.ts'

interface Weighted {
  readonly network: Network
  readonly weights: ReadonlyMap<string, WeightSource>
  readonly info: ModelInfo
}

export interface Verified {
  /** Largest difference of two results. */
  readonly difference: number
  /** Largest result in magnitude: what the difference compares with. */
  readonly largest: number
}

/** The converted model does not compute what the model did. */
export class ConversionError extends LensletError {}

/** Weights are stored with this relative error at most. */
export const roundings = { float32: 2 ** -24, float16: 2 ** -11 } as const

/**
 * Random rounding stays below this many times its measured effect: the bits of a conversion and those of the measurement
 * are two draws from one distribution, and the factor covers the sums, which each of the two rounds in its own order.
 */
const margin = 16

/** Throws `ConversionError`. @param rounding relative error of a weight that the conversion makes */
export async function verifyConversion(before: Weighted, after: Weighted, rounding: number): Promise<Verified> {
  const image = await scoresOf(before)
  const wanted = image.scores
  const found = (await scoresOf(after, image.input)).scores
  if (found.length !== wanted.length) throw otherOutput(wanted.length, found.length)
  const difference = largestDifference(wanted, found)
  const largest = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  if (difference === 0) return { difference, largest }
  const rounded = (await scoresOf(withNoise(before, rounding), image.input)).scores
  const allowed = margin * largestDifference(wanted, rounded)
  if (difference <= allowed) return { difference, largest }
  throw new ConversionError('the converted model does not compute what the model does', {
    received: `a difference of ${difference.toExponential(1)} of results up to ${largest.toPrecision(3)}`,
    expected: `at most ${allowed.toExponential(1)}, which is ${margin} times what rounding of the weights changes`,
    advice: 'report it with the model if you can; --no-verify writes the file as it is',
  })
}

async function scoresOf({ network, weights, info }: Weighted, given?: Float32Array) {
  await using model = await Model.create(network, { weights, info })
  const input = given ?? randomImage(volumeSize(model.input))
  if (input.length !== volumeSize(model.input)) {
    throw new ConversionError('the converted model has another input', {
      received: printVolume(model.input),
      expected: `${printCount(input.length)} values`,
    })
  }
  return { input, scores: await model.predict(input) }
}

/** Values of a normal distribution, as normalized images have. */
function randomImage(size: number): Float32Array {
  const random = Random.seeded(0, 'convert')
  return Float32Array.from({ length: size }, () => random.normal())
}

function withNoise({ network, weights, info }: Weighted, rounding: number): Weighted {
  const noisy = [...weights].map(([name, source]) => {
    const fill = (into: Float32Array) => {
      source.fill(into)
      const random = Random.seeded(0, 'rounding', name)
      for (let i = 0; i < into.length; i++) into[i] = (into[i] as number) * (1 + rounding * (2 * random.next() - 1))
    }
    return [name, { shape: source.shape, fill }] as const
  })
  return { network, info, weights: new Map(noisy) }
}

/** Infinity where only one of the two is a number. */
function largestDifference(a: Float32Array, b: Float32Array): number {
  let most = 0
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] as number, b[i] as number]
    if (Object.is(x, y) || x === y) continue
    const difference = Math.abs(x - y)
    most = Math.max(most, Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference)
  }
  return most
}

function otherOutput(expected: number, received: number): ConversionError {
  return new ConversionError('the converted model has another output', {
    received: `${printCount(received)} values`,
    expected: `${printCount(expected)} values`,
  })
}
