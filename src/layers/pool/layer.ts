/**
 * POOL (max), AVGPOOL (average) and L2POOL (√Σx²): W2 = (W1 − F)/S + 1, depth kept, no parameters. POOLn has stride n unless `s` says
 * otherwise; `ceil` is Caffe's rounding. The average is taken over the values that are there; `countpad` counts the
 * padding's zeros as well.
 */

import { boolean, object, type Schema } from '../../core/schema.ts'
import { averagePool, l2Pool, maxPool, type PoolAttributes as PoolGeometry } from '../../ops/pool/op.ts'
import type { Emit, Value } from '../../ops/types.ts'
import { printWindow, windowOn } from '../../ops/window.ts'
import { VolumeError } from '../errors.ts'
import { oneInput, only } from '../parts.ts'
import type { Layer } from '../types.ts'
import { type WindowAttributes, windowNotices, windowOutput, windowSight, windowWord } from '../window.ts'

export interface PoolAttributes extends WindowAttributes {
  readonly ceil: boolean
  /** Average only: the padding's zeros count. */
  readonly countPadding?: boolean | undefined
}

/** POOLn has stride n. */
const window = windowWord((kernel) => ({ stride: kernel, padding: [0, 0, 0, 0] }))

const schema = { ...window.schema, ceil: boolean }

interface Variant<T extends string> {
  readonly type: T
  readonly word: string
  /** For people. */
  readonly name: string
  readonly attributes: Schema<PoolAttributes>
  readonly flags: Readonly<Record<string, string>>
  /** What else the flags say. */
  readonly extra: (flags: readonly string[]) => Pick<PoolAttributes, 'countPadding'>
  readonly emit: (emit: Emit, geometry: PoolGeometry, attributes: PoolAttributes, x: Value) => readonly Value[]
}

function pool<T extends string>(variant: Variant<T>): Layer<PoolAttributes, object, T> {
  const { type, word, name, attributes: schemaOf, flags, extra, emit: emitOp } = variant
  return {
    type,
    notation: {
      word,
      form: { ...window.form, flags, example: `${word}2 s2` },
      read(parts) {
        const given = parts.flags ?? []
        return { ...window.read(parts), ceil: given.includes('ceil'), ...extra(given) }
      },
      write(attributes) {
        const { ceil, countPadding } = attributes
        const { size, options } = window.write(attributes)
        return { size, options, flags: [...(ceil ? ['ceil'] : []), ...(countPadding === true ? ['countpad'] : [])] }
      },
    },
    attributes: schemaOf,
    inputs: oneInput,
    output(attributes, volume) {
      refuseEmptyWindows(attributes)
      const [height, width] = windowOutput(attributes, volume)
      return { height, width, channels: volume.channels }
    },
    sight: windowSight,
    notices: windowNotices,
    lower: ({ attributes, x, emit }) => only(emitOp(emit, { window: windowOn(attributes, x.volume) }, attributes, x)),
    describe: (attributes) => [name, printWindow(attributes), attributes.ceil ? 'ceil' : ''].filter(Boolean).join(' '),
  }
}

/** A window that lies wholly in the padding has no maximum and no average. */
function refuseEmptyWindows({ kernel, padding, dilation }: PoolAttributes): void {
  const [top, left, bottom, right] = padding
  const rows = dilation[0] * (kernel[0] - 1) + 1
  const columns = dilation[1] * (kernel[1] - 1) + 1
  if (Math.max(top, bottom) < rows && Math.max(left, right) < columns) return
  throw new VolumeError('a pooling window would lie wholly in the padding', {
    received: `padding ${padding.join(',')} for a window of ${rows}×${columns}`,
    expected: 'padding smaller than the window',
  })
}

const ceil = { ceil: "Caffe's rounding" }

export const maxPooling = pool({
  type: 'pool',
  word: 'POOL',
  name: 'max',
  attributes: object(schema),
  flags: ceil,
  extra: () => ({}),
  emit: (emit, geometry, _, x) => emit(maxPool, geometry, [x]),
})

export const averagePooling = pool({
  type: 'avgpool',
  word: 'AVGPOOL',
  name: 'average',
  attributes: object({ ...schema, countPadding: boolean }),
  flags: { ...ceil, countpad: "the padding's zeros count" },
  extra: (flags) => ({ countPadding: flags.includes('countpad') }),
  emit: (emit, geometry, { countPadding = false }, x) => emit(averagePool, { ...geometry, countPadding }, [x]),
})

export const l2Pooling = pool({
  type: 'l2pool',
  word: 'L2POOL',
  name: 'L2 norm',
  attributes: object(schema),
  flags: ceil,
  extra: () => ({}),
  emit: (emit, geometry, _, x) => emit(l2Pool, geometry, [x]),
})
