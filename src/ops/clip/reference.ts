/** Norms in float64, and PyTorch's clipping factor. */

import { scalarSlots } from '../scalars.ts'
import type { ReferenceKernel } from '../types.ts'
import type { ClipScaleAttributes } from './attributes.ts'
import { NORM_CHUNK } from './chunks.ts'

/** inputs [gradient] → [norms] */
export const clipNormsReference: ReferenceKernel<object> = (_step, { inputs, outputs }) => {
  const [gradient] = inputs as readonly [Float64Array]
  const [norms] = outputs as readonly [Float64Array]
  norms.forEach((_, chunk) => {
    norms[chunk] = Math.hypot(...gradient.subarray(chunk * NORM_CHUNK, (chunk + 1) * NORM_CHUNK))
  })
}

/** inputs [norms, …], updates [scalars] */
export const clipScaleReference: ReferenceKernel<ClipScaleAttributes> = ({ attributes }, { inputs, updates }) => {
  const [scalars] = updates as readonly [Float64Array]
  const norm = Math.hypot(...inputs.map((norms) => Math.hypot(...norms)))
  const factor = Number.isFinite(norm) ? Math.min(1, attributes.maxNorm / (norm + 1e-6)) : 0
  scalars[scalarSlots.gradientScale] = (scalars[scalarSlots.gradientScale] as number) * factor
}
