/**
 * Clipping by the norm of all gradients together, as torch.nn.utils.clip_grad_norm_: every gradient is multiplied by
 * min(1, maxNorm/(norm + 1e-6)). In two steps: `clip.norms` for each gradient, then one `clip.scale`, which multiplies
 * the factor into scalars[gradientScale], where the optimizers take it from; no gradient is written again.
 */

import { sizeOf } from '../../core/shapes.ts'
import { f32 } from '../specs.ts'
import type { ArraySpec, Op } from '../types.ts'
import type { ClipScaleAttributes } from './attributes.ts'
import { normChunks } from './chunks.ts'
import { clipNormsReference, clipScaleReference } from './reference.ts'

/** [gradient] → [norms]: the Euclidean norm of each chunk. Its square could overflow the 4 bytes where the norm does not. */
export const clipNorms: Op<object> = {
  kind: 'clip.norms',
  describe: () => '',
  outputs(_attributes, inputs) {
    const [gradient] = inputs as readonly [ArraySpec]
    return [f32(normChunks(sizeOf(gradient.shape)))]
  },
  gradient: 'none',
  reference: clipNormsReference,
}

/**
 * [norms, …] any number of arrays, updates [scalars] → []: scalars[gradientScale] *= min(1, maxNorm/(norm + 1e-6)).
 * It becomes 0 where the norm is not finite, and stays 0 where it was 0 before, for any norm: then the optimizers
 * update nothing, and the host reads the 0 and reports that training diverged.
 */
export const clipScale: Op<ClipScaleAttributes> = {
  kind: 'clip.scale',
  describe: ({ maxNorm }) => `norm ≤ ${maxNorm}`,
  outputs: () => [],
  gradient: 'none',
  reference: clipScaleReference,
}

export const clipOps = { 'clip.norms': clipNorms, 'clip.scale': clipScale } as const
