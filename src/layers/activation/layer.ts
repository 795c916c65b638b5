/**
 * Activations: RELU, LRELU 0.1, SIGMOID, GELU approx=tanh: one layer for each row of `ops/pointwise/table.ts`, named as its
 * row. A row that approximates another one is a value of that one's word. They keep the volume and have no parameters.
 */

import { literal, object, optional } from '../../core/schema.ts'
import { pointwise } from '../../ops/pointwise/op.ts'
import {
  type ActivationName,
  type ActivationRow,
  type ActivationWord,
  expectedParameter,
  parameterSchema,
  activations as table,
} from '../../ops/pointwise/table.ts'
import { NotationValueError } from '../errors.ts'
import { oneInput, only } from '../parts.ts'
import type { Layer } from '../types.ts'

interface ActivationAttributes {
  /** What the row's `parameter` describes: the slope below 0 of a leaky ReLU. */
  readonly parameter?: number | undefined
  /** By what the function is approximated: GELU by tanh. Absent: it is exact. */
  readonly approximate?: string | undefined
}

type ActivationLayer = Layer<ActivationAttributes, object, ActivationWord>

const rows = Object.entries(table) as readonly (readonly [ActivationName, ActivationRow])[]

function activation(name: ActivationWord, { parameter, isProbability }: ActivationRow): ActivationLayer {
  const word = name.toUpperCase()
  const [approximate, { approximates = undefined } = {}] = rows.find(([, row]) => row.approximates?.row === name) ?? []
  const ways = approximates === undefined ? [] : [approximates.by]
  return {
    type: name,
    notation: {
      word,
      form: {
        ...(parameter === undefined ? {} : { number: 'optional' }),
        ...(ways.length === 0 ? {} : { values: { approx: { meaning: 'approximation', kind: 'word', words: ways } } }),
        example: parameter === undefined ? word : `${word} ${parameter.usual}`,
      },
      read({ number, values = {} }) {
        const form = values.approx === undefined ? {} : { approximate: String(values.approx) }
        if (parameter === undefined) return form
        const value = number ?? parameter.usual
        if (parameterSchema(parameter).fits(value)) return { parameter: value, ...form }
        throw new NotationValueError(`${word} cannot have this ${parameter.name}`, {
          received: `${value}`,
          expected: expectedParameter(parameter),
        })
      },
      write: ({ parameter: value, approximate: way }) => ({
        ...(value === undefined || value === parameter?.usual ? {} : { number: value }),
        ...(way === undefined ? {} : { values: { approx: way } }),
      }),
    },
    attributes: object({
      ...(parameter === undefined ? {} : { parameter: parameterSchema(parameter) }),
      ...(approximates === undefined ? {} : { approximate: optional(literal(approximates.by)) }),
    }),
    inputs: oneInput,
    output: (_, volume) => volume,
    countsVolume: false,
    ...(isProbability && { distribution: 'labels' }),
    lower({ attributes: { parameter: value, approximate: way }, x, emit }) {
      const row = (way === undefined ? undefined : approximate) ?? name
      return only(emit(pointwise, value === undefined ? { function: row } : { function: row, parameter: value }, [x]))
    },
    describe: ({ parameter: value, approximate: way }) =>
      value === undefined ? (way === undefined ? '' : `by ${way}`) : `${parameter?.name} ${value}`,
  }
}

export const activations: readonly ActivationLayer[] = rows.flatMap(([name, row]) =>
  row.approximates === undefined ? [activation(name as ActivationWord, row)] : [],
)
