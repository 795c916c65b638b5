/** Handlers by operator. A new operator is a line in the table of its group in `ops/`. */

import type { Handler } from './handler.ts'
import { activations } from './ops/activation.ts'
import { arithmetic } from './ops/arithmetic.ts'
import { channels } from './ops/channels.ts'
import { convolutions } from './ops/conv.ts'
import { dense } from './ops/dense.ts'
import { norms } from './ops/norm.ts'
import { padding } from './ops/pad.ts'
import { pooling } from './ops/pool.ts'
import { quantization } from './ops/quantize.ts'
import { reductions } from './ops/reduce.ts'
import { resizing } from './ops/resize.ts'
import { shapes } from './ops/shape.ts'

export const handlers: ReadonlyMap<string, Handler> = new Map(
  Object.entries({
    ...activations,
    ...arithmetic,
    ...channels,
    ...convolutions,
    ...dense,
    ...norms,
    ...padding,
    ...pooling,
    ...quantization,
    ...reductions,
    ...resizing,
    ...shapes,
  }),
)
