/**
 * Local response normalization (Krizhevsky et al. 2012): y = x·(k + α·Σd²)^(−β), with the sum over a window across channels,
 * as in AlexNet, or within a channel's map. d is x, or x less a local mean: then it is local contrast normalization, as in
 * cuda-convnet. Backward keeps nothing but the inputs.
 */

import { OpShapeError } from '../errors.ts'
import { expectSize } from '../specs.ts'
import type { ArraySpec, Op, Value } from '../types.ts'
import { describeLocalResponse, type LocalResponseAttributes } from './attributes.ts'
import { localResponseGradientReference, localResponseReference } from './reference.ts'

export type { LocalResponseAttributes } from './attributes.ts'

function expectVolume(kind: string, x: ArraySpec): void {
  if (x.shape.length === 4) return
  throw new OpShapeError(`${kind}: its input must be [n, h, w, c]`, {
    received: `${x.shape.length} axes`,
    expected: '4',
  })
}

/** [x, mean?] → [y] */
export const localResponse: Op<LocalResponseAttributes> = {
  kind: 'localResponse',
  describe: describeLocalResponse,
  outputs(_attributes, inputs) {
    const [x, mean] = inputs as readonly [ArraySpec, ArraySpec?]
    expectVolume('localResponse', x)
    if (mean !== undefined) expectSize('localResponse', inputs, 1, x.shape, 'means')
    return [x]
  },
  gradient({ attributes, inputs }, [dy], tape) {
    const [x, mean] = inputs as readonly [Value, Value?]
    if (dy === undefined) return
    const [dx, dmean] = tape.emit(localResponseGradient, attributes, mean === undefined ? [x, dy] : [x, dy, mean])
    if (dx !== undefined && tape.wants(x)) tape.give(x, dx)
    if (mean !== undefined && dmean !== undefined && tape.wants(mean)) tape.give(mean, dmean)
  },
  reference: localResponseReference,
}

/** [x, dy, mean?] → [dx, dmean?] */
export const localResponseGradient: Op<LocalResponseAttributes> = {
  kind: 'localResponse.gradient',
  describe: describeLocalResponse,
  outputs(_attributes, inputs) {
    const [x, , mean] = inputs as readonly [ArraySpec, ArraySpec, ArraySpec?]
    expectVolume('localResponse.gradient', x)
    expectSize('localResponse.gradient', inputs, 1, x.shape, 'output gradients')
    if (mean === undefined) return [x]
    expectSize('localResponse.gradient', inputs, 2, x.shape, 'means')
    return [x, x]
  },
  outputNames: ['dmean'],
  inPlace: [[1, 0]],
  gradient: 'none',
  reference: localResponseGradientReference,
}

export const localResponseOps = { localResponse, 'localResponse.gradient': localResponseGradient } as const
