/** Rules about parameters: filters that smaller ones replace, a first FC that holds most of them, biases that do nothing. */

import type { Volume } from '../../core/shapes.ts'
import { counted, listed } from '../../core/text.ts'
import { isBias } from '../../layers/parts.ts'
import { printCount, printPercent } from '../units.ts'
import type { AdviceRule, AdvisedLayer } from './types.ts'

/** A layer with less of all parameters than this is not worth changing for them. */
const worthSaving = 0.01

const largeFilter: AdviceRule = {
  id: 'large-filter',
  when: 'a stack of 3×3 filters with the same receptive field has fewer weights than a 5×5, 7×7, … that holds a hundredth of the parameters or more',
  find({ layers, totals }) {
    return layers.flatMap((layer) => {
      const { filters, window, isWhole, sized, name, parameters } = layer
      const [input] = sized.inputs
      if (filters === undefined || window === undefined || input === undefined || isWhole) return []
      const [side, columns, depth, count] = filters
      const isPlain = Math.max(...window.stride, ...window.dilation) === 1 && depth === input.channels
      if (!isPlain || side !== columns || side < 5 || side % 2 === 0 || parameters < worthSaving * totals.parameters)
        return []
      const stack = (side - 1) / 2
      const weights = side * side * depth * count
      const stacked = 9 * depth * count + (stack - 1) * 9 * count * count
      if (stacked >= weights) return []
      const rule = depth === count ? ` (${side * side}C² against ${9 * stack}C², C = ${depth})` : ''
      return [
        {
          layers: [name],
          says: `the ${side}×${side} filters of ${name} have ${printCount(weights)} weights; ${stack} layers of 3×3 see as far with ${printCount(stacked)}${rule}`,
          advice: `[CONV3-${count} -> RELU]*${stack}, which adds ${counted(stack - 1, 'nonlinearity', 'nonlinearities')} as well`,
          numbers: { weights, stacked, layers: stack },
        },
      ]
    })
  },
}

/** Smaller layers are cheap whatever their share is. */
const largeLayer = 1e6

const firstFc: AdviceRule = {
  id: 'first-fc',
  when: 'a fully connected layer on a map holds more than half of the parameters, and a million or more',
  find({ layers, totals }) {
    return layers.flatMap(({ name, isWhole, filters, parameters, sized }) => {
      const { height, width, channels } = (sized.inputs[0] ?? sized.output) as Volume
      if (!isWhole || filters === undefined || height * width === 1) return []
      if (parameters < largeLayer || 2 * parameters <= totals.parameters) return []
      const count = filters[3]
      const pooled = parameters - (height * width - 1) * channels * count
      return [
        {
          layers: [name],
          says: `${name} reads a ${height}×${width}×${channels} map and holds ${printCount(parameters)} of ${printCount(totals.parameters)} parameters (${printPercent(parameters / totals.parameters)})`,
          advice: `GAP before it: ${printCount(pooled)} parameters instead, and any input size works`,
          numbers: { parameters, of: totals.parameters, pooled },
        },
      ]
    })
  },
}

const biasOf = ({ sized }: AdvisedLayer) => sized.parameters.find(isBias)

const biasBeforeNorm: AdviceRule = {
  id: 'bias-before-norm',
  when: 'a bias is added to what only a batch normalization reads, which takes it away again',
  find({ layers }) {
    const centering = new Set(layers.filter(({ sized }) => sized.layer.centers).map(({ name }) => name))
    const found = layers.filter(
      (layer) => biasOf(layer) && layer.readers.length > 0 && layer.readers.every((name) => centering.has(name)),
    )
    if (found.length === 0) return []
    const count = found.reduce((sum, layer) => sum + (biasOf(layer)?.shape[0] ?? 0), 0)
    const names = found.map(({ name }) => name)
    return [
      {
        layers: names,
        says: `the ${found.length === 1 ? 'bias' : 'biases'} of ${listed(names)} ${found.length === 1 ? 'does' : 'do'} nothing: the batch normalization behind takes each channel's mean away`,
        advice: `nobias: ${printCount(count)} parameters fewer, and their gradients and optimizer state`,
        numbers: { layers: found.length, parameters: count },
      },
    ]
  },
}

export const weightRules: readonly AdviceRule[] = [largeFilter, firstFc, biasBeforeNorm]
