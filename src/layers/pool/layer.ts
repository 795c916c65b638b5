/**
 * POOL (max) and AVGPOOL (average): W2 = (W1 − F)/S + 1, depth kept, no parameters. POOLn has stride n unless `s` says
 * otherwise; `ceil` is Caffe's rounding. The average is taken over the values that are there; `countpad` counts the
 * padding's zeros as well.
 */

import * as z from 'zod'
import { averagePool, maxPool, type PoolAttributes as PoolGeometry } from '../../ops/pool/op.ts'
import type { Emit, Value } from '../../ops/types.ts'
import { type Padding, type Pair, printWindow, type WindowSpec, windowOn } from '../../ops/window.ts'
import { VolumeError } from '../errors.ts'
import { only } from '../parts.ts'
import type { Layer } from '../types.ts'
import {
  paddingSchema,
  pairSchema,
  readWindow,
  windowNotices,
  windowOptions,
  windowOutput,
  writePair,
  writeWindow,
} from '../window.ts'

interface PoolAttributes {
  readonly kernel: Pair
  readonly stride: Pair
  readonly padding: Padding
  readonly dilation: Pair
  readonly ceil: boolean
  /** Average only: the padding's zeros count. */
  readonly countPadding?: boolean | undefined
}

const usual = (kernel: Pair): { stride: Pair; padding: Padding } => ({ stride: kernel, padding: [0, 0, 0, 0] })

const geometrySchema = {
  kernel: pairSchema,
  stride: pairSchema,
  padding: paddingSchema,
  dilation: pairSchema,
  ceil: z.boolean(),
}

interface Variant {
  readonly type: string
  readonly word: string
  /** For people. */
  readonly name: string
  readonly attributes: z.ZodType<PoolAttributes>
  readonly flags: Readonly<Record<string, string>>
  /** What else the flags say. */
  readonly extra: (flags: readonly string[]) => Pick<PoolAttributes, 'countPadding'>
  readonly emit: (emit: Emit, geometry: PoolGeometry, attributes: PoolAttributes, x: Value) => readonly Value[]
}

function pool({ type, word, name, attributes, flags, extra, emit: emitOp }: Variant): Layer<PoolAttributes> {
  return {
    type,
    notation: {
      word,
      form: { size: 'required', options: windowOptions, flags, example: `${word}2 s2` },
      read(parts) {
        const given = parts.flags ?? []
        return { ...readWindow(parts, usual), ceil: given.includes('ceil'), ...extra(given) }
      },
      write: ({ ceil, countPadding, ...window }) => ({
        size: writePair(window.kernel),
        options: writeWindow(window, usual(window.kernel)),
        flags: [...(ceil ? ['ceil'] : []), ...(countPadding === true ? ['countpad'] : [])],
      }),
    },
    attributes,
    inputs: { min: 1, max: 1 },
    output(own, inputs) {
      refuseEmptyWindows(own)
      const [height, width] = windowOutput(own, only(inputs))
      return { height, width, channels: only(inputs).channels }
    },
    window: (own): WindowSpec => own,
    notices: (own, inputs) => windowNotices(own, only(inputs)),
    lower({ emit, batch }, own, inputs) {
      const x = only(inputs)
      const [, height = 1, width = 1, channels = 1] = x.shape
      const window = windowOn(own, { height, width, channels })
      return only(emitOp(emit, { batch, window, channels }, own, x))
    },
    describe: (own) => [name, printWindow(own), own.ceil ? 'ceil' : ''].filter(Boolean).join(' '),
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
  attributes: z.strictObject(geometrySchema),
  flags: ceil,
  extra: () => ({}),
  emit: (emit, geometry, _, x) => emit(maxPool, geometry, [x]),
})

export const averagePooling = pool({
  type: 'avgpool',
  word: 'AVGPOOL',
  name: 'average',
  attributes: z.strictObject({ ...geometrySchema, countPadding: z.boolean() }),
  flags: { ...ceil, countpad: "the padding's zeros count" },
  extra: (flags) => ({ countPadding: flags.includes('countpad') }),
  emit: (emit, geometry, { countPadding = false }, x) => emit(averagePool, { ...geometry, countPadding }, [x]),
})
