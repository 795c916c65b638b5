/**
 * A hash of the sides of all kinks on which an evaluation's values lie: signs before ReLUs, winners of max pools. The
 * differences of a function say something of its gradient only where no kink is crossed.
 */

import type { MaxoutAttributes } from '../../src/ops/maxout/attributes.ts'
import { maxout } from '../../src/ops/maxout/op.ts'
import { pointwise } from '../../src/ops/pointwise/op.ts'
import { activations, type PointwiseAttributes, parameterOf } from '../../src/ops/pointwise/table.ts'
import { maxPool, maxPoolGradient, type PoolAttributes } from '../../src/ops/pool/op.ts'
import { prelu } from '../../src/ops/prelu/op.ts'
import type { Moment } from './tape.ts'

export class Sides {
  code = 0

  see(moment: Moment): void {
    const [x] = moment.data as readonly [Float64Array]
    if (moment.op.kind === pointwise.kind) {
      const kinks = kinksOf(moment.attributes as PointwiseAttributes)
      for (const value of x) for (const kink of kinks) this.#add(value > kink ? 1 : 0)
    } else if (moment.op.kind === prelu.kind) {
      for (const value of x) this.#add(value > 0 ? 1 : 0)
    } else if (moment.op.kind === maxout.kind) {
      const { pieces } = moment.attributes as MaxoutAttributes
      for (let unit = 0; unit < x.length; unit += pieces) {
        const values = x.subarray(unit, unit + pieces)
        this.#add(values.indexOf(Math.max(...values)))
      }
    } else if (moment.op.kind === maxPool.kind) {
      const winners = new Float64Array(x.length)
      const attributes = moment.attributes as PoolAttributes
      const [spec] = moment.inputs
      if (spec === undefined) return
      const outputs = maxPool.outputs(attributes, [spec])
      // A number of its own for each window, so that a place's sum says which windows it wins.
      const windows = outputs.map(({ shape }) =>
        Float64Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => Math.imul(i + 1, 0x9e3779b9) >>> 8),
      )
      const step = { attributes, inputs: [spec, ...outputs], outputs: [spec], updates: [] }
      maxPoolGradient.reference(step, { inputs: [x, ...windows], outputs: [winners], updates: [] })
      for (const sum of winners) this.#add(sum)
    }
  }

  #add(fact: number): void {
    this.code = Math.imul(this.code ^ fact, 0x01000193) + 0x1b873593
  }
}

/**
 * Where the derivative or the curvature jumps: at 0, ±3 or a bound, if anywhere. (Next to a jump of the curvature, as ELU's at
 * 0, a difference is off by h instead of h².) Found by looking closely, so that new functions are, too.
 */
function kinksOf(attributes: PointwiseAttributes): readonly number[] {
  const { forward, bounds = [] } = activations[attributes.function]
  const f = (x: number) => forward(x, parameterOf(attributes))
  const slope = (x: number) => (f(x + 1e-6) - f(x)) / 1e-6
  const curvature = (x: number, d: number) => (f(x) - 2 * f(x + d) + f(x + 2 * d)) / d ** 2
  return [0, -3, 3, ...bounds].filter((x, i, all) => {
    if (!Number.isFinite(x) || all.indexOf(x) !== i) return false
    return Math.abs(slope(x) - slope(x - 1e-6)) > 1e-3 || Math.abs(curvature(x, 1e-3) - curvature(x, -1e-3)) > 0.1
  })
}
