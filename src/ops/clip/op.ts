/**
 * Clipping by the norm of all gradients together, as torch.nn.utils.clip_grad_norm_: every gradient is multiplied by
 * min(1, maxNorm/(norm + 1e-6)). In two steps: `clip.norms` for each gradient, then one `clip.scale`, which leaves the
 * factor in scalars[gradientScale], where the optimizers take it from; no gradient is written again.
 */

import { expectSize, f32 } from '../specs.ts'
import type { Op } from '../types.ts'
import { type ClipNormsAttributes, type ClipScaleAttributes, normChunks } from './chunks.ts'
import { clipNormsReference, clipScaleReference } from './reference.ts'
import { clipNormsWasm, clipScaleWasm } from './wasm.ts'

/** [gradient] → [norms]: the Euclidean norm of each chunk (a norm, not its square, so that 4 bytes cannot overflow). */
export const clipNorms: Op<ClipNormsAttributes> = {
  kind: 'clip.norms',
  describe: ({ count }) => `${count} values`,
  outputs({ count }, inputs) {
    expectSize('clip.norms', inputs, 0, [count], 'gradients')
    return [f32(normChunks(count))]
  },
  reference: clipNormsReference,
  wasm: clipNormsWasm,
}

/**
 * [norms, …] any number of arrays, updates [scalars] → []: scalars[gradientScale] = min(1, maxNorm/(norm + 1e-6)).
 * A norm that is not finite makes the factor NaN, so that the next loss is NaN and training stops and says so.
 */
export const clipScale: Op<ClipScaleAttributes> = {
  kind: 'clip.scale',
  describe: ({ maxNorm }) => `norm ≤ ${maxNorm}`,
  outputs: () => [],
  reference: clipScaleReference,
  wasm: clipScaleWasm,
}

export const clipOps = { 'clip.norms': clipNorms, 'clip.scale': clipScale } as const
