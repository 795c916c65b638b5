/** A model's weights for PyTorch: safetensors in the names, shapes and order of axes of PyTorch's own modules. */

import { checkOptions } from '../core/options.ts'
import type { Model } from '../model/model.ts'
import { writeSafetensors } from '../model/safetensors.ts'
import { inferVolumes } from '../network/volumes.ts'
import { stateDictRows, toPytorch } from './stateDict.ts'

export interface StateDictOptions {
  /** The module of each layer with weights, in the network's order: `features.0`. Default: the layers' names. */
  readonly modules?: readonly string[] | undefined
}

/**
 * The file's bytes, with the weights that the calls on the model before this one have left: `safetensors.torch.load_file` reads
 * a state dict from it. `conv1.weight` is [K, C/groups, F, F], and a layer FC takes its volume in the order C, H, W, as after
 * `torch.flatten` of NCHW. Throws `ArgumentError` where the modules are not as many as the layers with weights.
 */
export async function exportStateDict(model: Model, options: StateDictOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
  checkOptions<StateDictOptions>('exportStateDict', options, { modules: true })
  const { network } = model
  const named = inferVolumes(network).flatMap(({ node, parameters }) => (parameters.length > 0 ? [node.name] : []))
  const weights = await model.snapshot()
  const tensors = stateDictRows(network, options.modules ?? named).map((row) => {
    const { values } = weights.get(row.weight) as { readonly values: Float32Array }
    return [row.key, { shape: row.theirs, values: toPytorch(values, row) }] as const
  })
  // As PyTorch's own writers do.
  return writeSafetensors(new Map(tensors), { format: 'pt' })
}
