/** Activation cases: every row of the table on lengths with every remainder, and on several tiles. */

import type { Random } from '../../core/random.ts'
import { type OpCase, opCase } from '../cases.ts'
import { f32 } from '../specs.ts'
import { pointwise, pointwiseGradient } from './op.ts'
import { type ActivationName, activations } from './table.ts'

const lengths: readonly { readonly name: string; readonly shape: readonly number[]; readonly bench?: string }[] = [
  { name: 'one value', shape: [1] },
  { name: 'seven values', shape: [7] },
  { name: 'a prime number of values, two tiles', shape: [4339] },
  { name: 'ResNet-20, first stage, one picture', shape: [1, 32, 32, 16] },
]
const benches: typeof lengths = [{ name: 'ResNet-20, first stage', shape: [8, 32, 32, 16], bench: 'resnet20' }]

/** The derivative is a polynomial of few terms in y. */
const terms = 4

export const cases: readonly OpCase[] = (Object.keys(activations) as ActivationName[]).flatMap((name) => {
  const rows = name === 'relu' ? [...lengths, ...benches] : lengths
  const { parameter: taken, domain } = activations[name]
  const positive = (random: Random) => 0.5 + Math.abs(random.normal())
  const fill = domain === undefined ? {} : { fill: positive }
  const parameters = taken === undefined ? [undefined] : [undefined, taken.minimum === 0 ? 0 : 2, 0.25]
  return rows.flatMap((row) =>
    parameters.flatMap((parameter) => {
      const attributes = { function: name, ...(parameter === undefined ? {} : { parameter }) }
      const title = `${name}${parameter === undefined ? '' : ` ${parameter}`}, ${row.name}`
      const bench = row.bench === undefined ? {} : { bench: row.bench }
      const x = f32(...row.shape)
      return [
        opCase({ name: title, op: pointwise, attributes, inputs: [x], terms, ...fill, ...bench }),
        opCase({ name: title, op: pointwiseGradient, attributes, inputs: [x, x], terms, ...fill, ...bench }),
      ]
    }),
  )
})
