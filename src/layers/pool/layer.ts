/**
 * POOL (max) and AVGPOOL (average): W2 = (W1 − F)/S + 1, depth kept, no parameters. POOLn has stride n unless `s` says
 * otherwise; `ceil` is Caffe's rounding. The average is taken over the values that are there; `countpad` counts the
 * padding's zeros as well.
 */

import { z } from 'zod'
import type { Volume } from '../../core/index.ts'
import { averagePool, maxPool } from '../../ops/pool/op.ts'
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
  readonly countPadding: boolean
}

const usual = (kernel: Pair): { stride: Pair; padding: Padding } => ({ stride: kernel, padding: [0, 0, 0, 0] })

interface Variant {
  readonly type: string
  readonly word: string
  readonly name: string
  readonly flags: Readonly<Record<string, string>>
  readonly op: typeof maxPool | typeof averagePool
}

function pool({ type, word, name, flags, op }: Variant): Layer<PoolAttributes> {
  return {
    type,
    notation: {
      word,
      form: { size: 'required', options: windowOptions, flags, example: `${word}2 s2` },
      read(parts) {
        const has = (flag: string) => (parts.flags ?? []).includes(flag)
        return { ...readWindow(parts, usual), ceil: has('ceil'), countPadding: has('countpad') }
      },
      write: (attributes) => ({
        size: writePair(attributes.kernel),
        options: writeWindow(attributes, usual(attributes.kernel)),
        flags: [...(attributes.ceil ? ['ceil'] : []), ...(attributes.countPadding ? ['countpad'] : [])],
      }),
    },
    attributes: z.strictObject({
      kernel: pairSchema,
      stride: pairSchema,
      padding: paddingSchema,
      dilation: pairSchema,
      ceil: z.boolean(),
      countPadding: z.boolean(),
    }),
    inputs: { min: 1, max: 1 },
    output(attributes, inputs) {
      refuseEmptyWindows(attributes)
      const [height, width] = windowOutput(attributes, only(inputs))
      return { height, width, channels: only(inputs).channels }
    },
    window: (attributes): WindowSpec => attributes,
    notices: (attributes, inputs) => windowNotices(attributes, only(inputs)),
    lower({ emit, batch }, attributes, inputs) {
      const x = only(inputs)
      const [, height = 1, width = 1, channels = 1] = x.shape
      const volume: Volume = { height, width, channels }
      const { countPadding } = attributes
      return only(emit(op, { batch, window: windowOn(attributes, volume), channels, countPadding }, [x]))
    },
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

export const maxPooling = pool({ type: 'pool', word: 'POOL', name: 'max', flags: ceil, op: maxPool })

export const averagePooling = pool({
  type: 'avgpool',
  word: 'AVGPOOL',
  name: 'average',
  flags: { ...ceil, countpad: "the padding's zeros count" },
  op: averagePool,
})
