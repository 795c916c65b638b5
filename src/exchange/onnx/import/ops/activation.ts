/** Activation functions. */

import type { LayerDraft, Wire } from '../../../networkBuilder.ts'
import { alongAxis } from '../axis.ts'
import { type Context, filled, Obstacle } from '../context.ts'
import { unary } from '../fold.ts'
import type { Handler, Handlers } from '../handler.ts'
import { clipBounds, near } from '../patterns.ts'
import { axisOf } from '../shapes.ts'
import { type Activation, batch, type Dimension, sameDimension, whole } from '../values.ts'
import { depthwise, shifted, spread } from './affine.ts'

/** Of every value by itself, whichever its arrangement. */
function pointwise(word: string, number?: (context: Context) => number): Handler {
  return (context) => {
    const x = context.activation(0)
    const wire = context.layer(word, number === undefined ? {} : { number: number(context) }, [x.wire])
    return [context.made(wire, x.dimensions)]
  }
}

export const activations: Handlers = {
  Relu: pointwise('RELU'),
  LeakyRelu: pointwise('LRELU', (context) => context.float('alpha', 0.01)),
  Sigmoid: pointwise('SIGMOID'),
  Tanh: pointwise('TANH'),
  Elu: pointwise('ELU', (context) => context.float('alpha', 1)),
  Celu: pointwise('CELU', (context) => context.float('alpha', 1)),
  Softplus: pointwise('SOFTPLUS'),
  Softsign: pointwise('SOFTSIGN'),
  Mish: pointwise('MISH'),
  HardSwish: pointwise('HARDSWISH'),
  Swish: pointwise('SILU', (context) => context.float('alpha', 1)),

  Selu(context) {
    const [alpha, gamma] = [context.float('alpha', 1.6732631921768188), context.float('gamma', 1.0507010221481323)]
    if (near(alpha, 1.6732631921768188) && near(gamma, 1.0507010221481323)) return pointwise('SELU')(context)
    const x = context.activation(0)
    const elu = context.layer('ELU', { number: alpha }, [x.wire])
    return [context.made(context.layer('SCALE', { number: gamma }, [elu]), x.dimensions)]
  },

  Gelu(context) {
    const x = context.activation(0)
    const parts = context.text('approximate', 'none') === 'tanh' ? { values: { approx: 'tanh' } } : {}
    return [context.made(context.layer('GELU', parts, [x.wire]), x.dimensions)]
  },

  HardSigmoid(context) {
    const [alpha, beta] = [context.float('alpha', 0.2), context.float('beta', 0.5)]
    const x = context.activation(0)
    if (near(alpha, 1 / 6) && near(beta, 0.5))
      return [context.made(context.layer('HARDSIGMOID', {}, [x.wire]), x.dimensions)]
    // clip(αx + β, 0, 1) = RELU6(6αx + 6β)/6.
    const inner = scaledAndShifted(context, x.wire, 6 * alpha, 6 * beta)
    const six = context.layer('RELU6', {}, [inner])
    return [context.made(context.layer('SCALE', { number: 1 / 6 }, [six]), x.dimensions)]
  },

  ThresholdedRelu() {
    throw new Obstacle('a ReLU with a jump at its threshold; no layer has one')
  },

  Clip(context) {
    const x = context.activation(0)
    const bounds = clipBounds({ node: context.node, inputs: context.inputs })
    if (bounds === undefined) throw new Obstacle('bounds that are computed from the image, or more than one number')
    return [context.made(clipped(context, x.wire, bounds.low, bounds.high), x.dimensions)]
  },

  PRelu(context) {
    const x = context.activation(0)
    const slopes = spread(x, context.constant(1, 'the slopes'))
    if (slopes.kind === 'scalar') {
      const draft: LayerDraft = {
        word: 'PRELU',
        parts: { flags: ['shared'] },
        inputs: [x.wire],
        weights: { slope: filled([1], slopes.value) },
      }
      return [context.made(context.add(draft), x.dimensions)]
    }
    const { height, width, channels } = x.wire.volume
    const isFlat = slopes.kind === 'volume'
    const wire = isFlat ? context.layer('FLATTEN', {}, [x.wire]) : x.wire
    const source = { shape: [slopes.values.length], fill: (into: Float32Array) => into.set(slopes.values) }
    const out = context.layer('PRELU', {}, [wire], { slope: source })
    return [
      context.made(isFlat ? context.layer('RESHAPE', { volume: [height, width, channels] }, [out]) : out, x.dimensions),
    ]
  },

  Softmax: (context) => [softmax(context)],

  LogSoftmax: (context) => [overSoftmaxAxes(context, (wire) => logSoftmax(context, wire))],

  Exp: formulaStep('EXP', 'Exp'),
  Log: formulaStep('LOG', 'Log'),
  Sqrt: formulaStep('SQRT', 'Sqrt'),
  Reciprocal: formulaStep('RECIPROCAL', 'Reciprocal'),
}

/** A layer of the image's values; arithmetic of constants. */
function formulaStep(word: string, op: string): Handler {
  return (context) => {
    const value = context.input(0)
    return value.kind === 'constant' ? [unary(op, value)] : pointwise(word)(context)
  }
}

function softmax(context: Context): Activation {
  return overSoftmaxAxes(context, (wire) => context.layer('SOFTMAX', {}, [wire]))
}

/** x − max − ln Σe^(x − max) over the channels: nothing overflows. */
function logSoftmax(context: Context, wire: Wire): Wire {
  const { channels } = wire.volume
  if (channels === 1) return context.layer('SCALE', { number: 0 }, [wire])
  const less = (one: Wire) =>
    context.layer('CONV', { size: [1], count: channels, flags: ['nobias'] }, [one], {
      filters: filled([1, 1, 1, channels], -1),
    })
  const most = context.layer('MAXOUT', { size: [channels] }, [wire])
  const below = context.layer('ADD', {}, [wire, less(most)])
  const powers = context.layer('EXP', {}, [below])
  const sum = context.layer('CONV', { size: [1], count: 1, flags: ['nobias'] }, [powers], {
    filters: filled([1, 1, channels, 1], 1),
  })
  return context.layer('ADD', {}, [below, less(context.layer('LOG', {}, [sum]))])
}

/** Layers on the channels, on the axis of a Softmax; before opset 13 on all dimensions from the axis on. */
function overSoftmaxAxes(context: Context, work: (wire: Wire) => Wire): Activation {
  const x = context.activation(0)
  const rank = x.dimensions.length
  const axis = axisOf(context.int('axis', context.opset < 13 ? 1 : -1), rank)
  const over = (context.opset < 13 ? x.dimensions.slice(axis) : [x.dimensions[axis] as Dimension]).flat()
  const { wire } = x
  const { height, width, channels } = wire.volume
  if (sameDimension(over, whole('c', channels))) return context.made(work(wire), x.dimensions)
  const everything = x.dimensions.flat().filter(({ root }) => root !== 'n')
  if (over.length === everything.length && over.length > 0) {
    const flat = context.layer('FLATTEN', {}, [wire])
    const out = work(flat)
    return context.made(context.layer('RESHAPE', { volume: [height, width, channels] }, [out]), x.dimensions)
  }
  if (over.length === 0 || sameDimension(over, [batch]))
    throw new Obstacle(`a softmax over ${over.length === 0 ? 'one value' : 'the images of a batch'}`)
  if (context.opset < 13 && axis < rank - 1) throw new Obstacle('a softmax over two of three axes')
  return alongAxis(context, x, axis, work)
}

/** min(max(x, low), high). */
export function clipped(context: Context, wire: Wire, low: number, high: number): Wire {
  if (low === 0 && high === 6) return context.layer('RELU6', {}, [wire])
  // ONNX's definition: the upper bound comes last, so it wins.
  if (low > high) return clipped(context, wire, high, high)
  const [hasLow, hasHigh] = [low > -3e38, high < 3e38]
  if (!hasLow && !hasHigh) return wire
  if (low === 0 && !hasHigh) return context.layer('RELU', {}, [wire])
  if (!hasHigh) return shifted(context, context.layer('RELU', {}, [shifted(context, wire, -low)]), low)
  if (!hasLow) {
    // high − relu(high − x)
    const rest = context.layer('RELU', {}, [scaledAndShifted(context, wire, -1, high)])
    return scaledAndShifted(context, rest, -1, high)
  }
  if (low === high) return scaledAndShifted(context, wire, 0, low)
  const factor = 6 / (high - low)
  const six = context.layer('RELU6', {}, [scaledAndShifted(context, wire, factor, -low * factor)])
  return scaledAndShifted(context, six, 1 / factor, low)
}

/** a·x + b. */
export function scaledAndShifted(context: Context, wire: Wire, scale: number, shift: number): Wire {
  if (shift === 0) return scale === 1 ? wire : context.layer('SCALE', { number: scale }, [wire])
  const { channels } = wire.volume
  return context.layer('CONV', depthwise(channels, true), [wire], {
    filters: filled([1, 1, 1, channels], scale),
    bias: filled([channels], shift),
  })
}
