/** Normalizations. */

import type { WordParts } from '../../../../layers/types.ts'
import type { LayerDraft, Wire } from '../../../networkBuilder.ts'
import { alongAxis } from '../axis.ts'
import { asStored, type Context, filled, given, Obstacle } from '../context.ts'
import type { Handlers } from '../handler.ts'
import { normalized } from '../normalize.ts'
import { axisOf } from '../shapes.ts'
import { type Activation, type Constant, type Dimension, mapDimensions } from '../values.ts'
import { clipped } from './activation.ts'
import { added, multiplied } from './affine.ts'

export const norms: Handlers = {
  BatchNormalization(context) {
    if (context.int('training_mode', 0) !== 0)
      throw new Obstacle('training mode; export the model for inference (model.eval())')
    if (context.opset < 9 && context.int('spatial', 1) === 0)
      throw new Obstacle('statistics for each position (spatial = 0)')
    const x = context.activation(0)
    const [scale, shift, mean, variance] = [1, 2, 3, 4].map((index) =>
      asStored(context.constant(index, 'the statistics')),
    )
    const momentum = 1 - context.float('momentum', 0.9)
    const values = { eps: context.float('epsilon', 1e-5), momentum: Math.round(momentum * 1e7) / 1e7 }
    const weights = { scale, shift, mean, variance } as NonNullable<LayerDraft['weights']>
    const wire = context.layer('BN', { values }, [byChannel(context, x)], weights)
    return [context.made(wire, dimensionsOf(x, wire))]
  },

  InstanceNormalization(context) {
    const x = context.activation(0)
    const [scale, shift] = [context.constant(1, 'the scales'), context.constant(2, 'the shifts')]
    // Of channels that were grouped before (PyTorch's GroupNorm), each group has one scale.
    const out = normalized(context, x, x.dimensions.slice(2), context.float('epsilon', 1e-5))
    return [affine(context, out, byDimension(scale, x), byDimension(shift, x))]
  },

  GroupNormalization(context) {
    const x = context.activation(0)
    const input = context.map(x)
    const groups = context.int('num_groups', 1)
    const { channels } = input.volume
    const [scale, shift] = [context.constant(1, 'the scales'), context.constant(2, 'the shifts')]
    // Before opset 21 there is one of each for a group.
    const each = (values: Constant) => {
      const entries = values.entries() as ArrayLike<number>
      const share = channels / entries.length
      return given(
        Float32Array.from({ length: channels }, (_, channel) => entries[Math.floor(channel / share)] as number),
      )
    }
    const parts = { ...epsilonOf(context), options: { g: [groups] } }
    return [
      context.mapOf(
        context.layer('GN', parts, [input], { scale: each(scale), shift: each(shift) }),
        x.dimensions.length,
      ),
    ]
  },

  LayerNormalization(context) {
    const x = context.activation(0)
    const axis = axisOf(context.int('axis', -1), x.dimensions.length)
    const out = normalized(context, x, x.dimensions.slice(axis), context.float('epsilon', 1e-5))
    const shift = context.has(2) ? context.constant(2, 'the shifts') : undefined
    return [affine(context, out, context.constant(1, 'the scales'), shift)]
  },

  MeanVarianceNormalization(context) {
    const x = context.activation(0)
    const axes = context.ints('axes') ?? [0, 2, 3]
    const over = axes.map((axis) => x.dimensions[axisOf(axis, x.dimensions.length)] as Dimension)
    // Its definition adds 10⁻⁹ to the deviation; ours adds to the variance.
    return [normalized(context, x, over, 1e-12)]
  },

  LpNormalization(context) {
    const x = context.activation(0)
    const p = context.int('p', 2)
    if (p !== 1 && p !== 2) throw new Obstacle(`the ${p}-norm`)
    const axis = axisOf(context.int('axis', -1), x.dimensions.length)
    return [alongAxis(context, x, axis, (wire) => unitNorm(context, wire, p))]
  },

  LRN(context) {
    const x = context.activation(0)
    const size = context.int('size', 5)
    const values = {
      alpha: context.float('alpha', 1e-4),
      beta: context.float('beta', 0.75),
      k: context.float('bias', 1),
    }
    const wire = context.layer('LRN', { size: [size], values }, [byChannel(context, x)])
    return [context.made(wire, dimensionsOf(x, wire))]
  },
}

/** x/‖x‖ over the channels; 0 where all of them are 0. */
function unitNorm(context: Context, wire: Wire, p: 1 | 2): Wire {
  const { channels } = wire.volume
  const sizes =
    p === 2
      ? context.layer('MULTIPLY', {}, [wire, wire])
      : context.layer('ADD', {}, [
          context.layer('RELU', {}, [wire]),
          context.layer('RELU', {}, [context.layer('SCALE', { number: -1 }, [wire])]),
        ])
  const sum = context.layer('CONV', { size: [1], count: 1, flags: ['nobias'] }, [sizes], {
    filters: filled([1, 1, channels, 1], 1),
  })
  const norm = p === 2 ? context.layer('SQRT', {}, [sum]) : sum
  // The smallest norm whose reciprocal is finite, so that 0 stays 0 and not 0·∞.
  const inverse = context.layer('RECIPROCAL', {}, [clipped(context, norm, 1e-37, Number.POSITIVE_INFINITY)])
  const all = context.layer('CONV', { size: [1], count: channels, flags: ['nobias'] }, [inverse], {
    filters: filled([1, 1, 1, channels], 1),
  })
  return context.layer('MULTIPLY', {}, [wire, all])
}

function epsilonOf(context: Context): WordParts {
  return { values: { eps: context.float('epsilon', 1e-5) } }
}

function affine(context: Context, x: Activation, scale: Constant, shift: Constant | undefined): Activation {
  const scaled = isAll(scale, 1) ? x : multiplied(context, x, scale)
  return shift === undefined || isAll(shift, 0) ? scaled : added(context, scaled, shift)
}

function isAll(values: Constant, number: number): boolean {
  return Array.prototype.every.call(values.entries(), (each: unknown) => each === number)
}

/** [C] as it is applied to [N, C, ...]. */
function byDimension(values: Constant, { dimensions }: Activation): Constant {
  return { ...values, shape: [...values.shape, ...dimensions.slice(2).map(() => 1)] }
}

/** The volume whose channels are the second dimension. */
function byChannel(context: Context, x: Activation): Wire {
  return x.dimensions.length === 2 ? context.flat(x) : context.map(x)
}

function dimensionsOf(x: Activation, wire: Wire): Activation['dimensions'] {
  return x.dimensions.length === 2 ? mapDimensions(wire).slice(0, 2) : mapDimensions(wire, x.dimensions.length)
}
