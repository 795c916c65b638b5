/** Exports a network with random weights, runs it in ONNX Runtime and in Lenslet, and reads it back. */

import { Random } from '../../src/core/random.ts'
import { volumeSize } from '../../src/core/shapes.ts'
import { joined } from '../../src/exchange/joined.ts'
import { exportOnnx, type OnnxExportOptions } from '../../src/exchange/onnx/export/export.ts'
import { importOnnx } from '../../src/exchange/onnx/import/import.ts'
import type { ImportedModel } from '../../src/exchange/types.ts'
import { Model } from '../../src/model/model.ts'
import type { Network } from '../../src/network/network.ts'
import { inferVolumes } from '../../src/network/volumes.ts'
import { residualsOf } from '../zoo/residuals.ts'
import { scoresByOrt } from './run.ts'

interface Comparison {
  /** Largest difference of two results, and what rounding alone may make of it. */
  readonly difference: number
  readonly allowed: number
  readonly back: ImportedModel
  /** The weight that came back with other bits. */
  readonly changed: string | undefined
}

/**
 * The two sum in different orders. What that changes is measured: the scores move when each weight and each pixel is changed
 * at random by its rounding error. Layers without weights round as well, so a few ulp of the largest value come on top.
 */
export async function compare(
  network: Network,
  options: OnnxExportOptions = {},
  backend: 'wasm' | 'reference' = 'reference',
): Promise<Comparison> {
  await using model = await Model.create(network, { seed: 1, backend })
  const random = Random.seeded(1, 'onnx')
  const residuals = residualsOf(inferVolumes(network))
  // Trained norms: no scale of 1, no shift of 0.
  for (const [name, { shape, values }] of await model.snapshot()) {
    const isVariance = name.endsWith('.variance')
    const factor = residuals.weights.has(name) ? residuals.factor : 1
    if (shape.length === 1)
      model.weights.set(
        name,
        values.map((value) => factor * (isVariance ? 0.5 + random.next() : value + 0.5 * random.next())),
      )
    else if (factor !== 1)
      model.weights.set(
        name,
        values.map((value) => factor * value),
      )
  }
  const weights = await model.snapshot()
  const images = Float32Array.from({ length: 2 * volumeSize(model.input) }, () => random.normal())
  const wanted = await model.predict(images)
  const bytes = joined(exportOnnx({ network, weights, info: {} }, options))
  const { scores } = await scoresByOrt(bytes, images, model.input, model.output)
  const back = importOnnx(bytes)
  const changed = [...weights].find(([name, { values }]) => {
    const into = new Float32Array(values.length)
    back.weights.get(name)?.fill(into)
    return !values.every((value, i) => Object.is(value, into[i]))
  })?.[0]
  const noisy = (values: Float32Array) => values.map((value) => value * (1 + rounding * (2 * random.next() - 1)))
  for (const [name, { values }] of weights) model.weights.set(name, noisy(values))
  const moved = await model.predict(noisy(images))
  const largest = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  const allowed = 16 * largestDifference(wanted, moved) + 16 * network.nodes.length * rounding * Math.max(largest, 1)
  return { difference: largestDifference(wanted, scores), allowed, back, changed }
}

/** Of a float32. */
const rounding = 2 ** -24

function largestDifference(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY
  let most = 0
  for (let i = 0; i < a.length; i++) {
    if (Object.is(a[i], b[i])) continue
    const difference = Math.abs((a[i] as number) - (b[i] as number))
    most = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(most, difference)
  }
  return most
}
