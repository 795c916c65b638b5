/** Pooling, over windows and over whole maps. */

import { type Context, Obstacle } from '../context.ts'
import type { Handler, Handlers } from '../handler.ts'
import { windowOf, windowParts } from '../shapes.ts'
import { sidesOf } from './conv.ts'

function pool(word: string, flagsOf: (context: Context) => readonly string[] = () => []): Handler {
  return (context) => {
    const x = context.activation(0)
    const wire = context.map(x)
    const kernel = context.ints('kernel_shape')
    if (kernel === undefined) throw new Obstacle('kernel_shape is missing')
    const window = windowOf(context, kernel, sidesOf(wire))
    const flags = [...(context.int('ceil_mode', 0) === 0 ? [] : ['ceil']), ...flagsOf(context)]
    return [context.mapOf(context.layer(word, { ...windowParts(window), flags }, [wire]), window.rank)]
  }
}

function globalPool(word: string): Handler {
  return (context) => {
    const x = context.activation(0)
    return [context.mapOf(context.layer(word, {}, [context.map(x)]), x.dimensions.length)]
  }
}

const square = (context: Context, word: string) => {
  const p = context.int('p', 2)
  if (p !== 2) throw new Obstacle(`the ${p}-norm; ${word} is the 2-norm`)
  return []
}

export const pooling: Handlers = {
  MaxPool(context) {
    if (context.node.outputs[1] !== undefined && context.graph.uses(context.node.outputs[1]) > 0)
      throw new Obstacle('the places of the maxima (its second output)')
    return pool('POOL')(context)
  },
  AveragePool: pool('AVGPOOL', (context) => (context.int('count_include_pad', 0) === 0 ? [] : ['countpad'])),
  LpPool: pool('L2POOL', (context) => square(context, 'L2POOL')),
  GlobalAveragePool: globalPool('GAP'),
  GlobalMaxPool: globalPool('GMP'),
  GlobalLpPool(context) {
    square(context, 'L2POOL')
    const x = context.activation(0)
    const wire = context.map(x)
    return [context.mapOf(context.layer('L2POOL', { size: [...sidesOf(wire)] }, [wire]), x.dimensions.length)]
  },
}
