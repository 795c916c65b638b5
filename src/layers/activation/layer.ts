/**
 * Activations: RELU, LRELU 0.1, SIGMOID, TANH: one layer for each row of `ops/pointwise/table.ts`, named as its row.
 * They keep the volume and have no parameters.
 */

import { number, object } from '../../core/schema.ts'
import { pointwise } from '../../ops/pointwise/op.ts'
import { type ActivationName, type ActivationRow, activations as table } from '../../ops/pointwise/table.ts'
import { NotationValueError } from '../errors.ts'
import { oneInput, only } from '../parts.ts'
import type { Layer, WordForm } from '../types.ts'

interface ActivationAttributes {
  /** What the row's `parameter` describes: the slope below 0 of a leaky ReLU. */
  readonly parameter?: number | undefined
}

type ActivationLayer = Layer<ActivationAttributes, object, ActivationName>

function activation(name: ActivationName, { parameter }: ActivationRow): ActivationLayer {
  const word = name.toUpperCase()
  const form: WordForm =
    parameter === undefined ? { example: word } : { number: 'optional', example: `${word} ${parameter.usual}` }
  return {
    type: name,
    notation: {
      word,
      form,
      read({ number }) {
        if (parameter === undefined) return {}
        const value = number ?? parameter.usual
        if (Number.isFinite(value) && value >= parameter.minimum) return { parameter: value }
        throw new NotationValueError(`${word} cannot have this ${parameter.name}`, {
          received: `${value}`,
          expected: `a number of at least ${parameter.minimum}`,
        })
      },
      write: ({ parameter: value }) => (value === undefined || value === parameter?.usual ? {} : { number: value }),
    },
    attributes: parameter === undefined ? object({}) : object({ parameter: number({ min: parameter.minimum }) }),
    inputs: oneInput,
    output: (_, volume) => volume,
    countsVolume: false,
    lower: ({ attributes: { parameter: value }, x, emit }) =>
      only(emit(pointwise, value === undefined ? { function: name } : { function: name, parameter: value }, [x])),
    describe: ({ parameter: value }) => (value === undefined ? '' : `${parameter?.name} ${value}`),
  }
}

export const activations: readonly ActivationLayer[] = Object.entries(table).map(([name, row]) =>
  activation(name as ActivationName, row),
)
