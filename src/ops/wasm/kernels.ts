/** The kernels of the WebAssembly device, one for each op: one that is missing does not compile. */

import { addWasm } from '../add/wasm.ts'
import {
  batchNormAgainWasm,
  batchNormGradientWasm,
  batchNormWasm,
  trackedNormInputGradientWasm,
  trackedNormParameterGradientWasm,
  trackedNormWasm,
} from '../batchNorm/wasm.ts'
import { concatWasm, sliceWasm, widenWasm } from '../channels/wasm.ts'
import { clipNormsWasm, clipScaleWasm } from '../clip/wasm.ts'
import { channelSumWasm, conv2dWasm, filterGradientWasm, inputGradientWasm, transposedWasm } from '../conv2d/wasm.ts'
import { crossEntropyGradientWasm, crossEntropyWasm } from '../crossEntropy/wasm.ts'
import { distanceWasm } from '../distance/wasm.ts'
import { dropoutPathWasm, dropoutWasm } from '../dropout/wasm.ts'
import { groupNormGradientWasm, groupNormWasm } from '../groupNorm/wasm.ts'
import { lossGuardWasm } from '../guard/wasm.ts'
import { hingeWasm } from '../hinge/wasm.ts'
import { layerNormGradientWasm, layerNormWasm } from '../layerNorm/wasm.ts'
import { localBiasGradientWasm, localFilterGradientWasm, localInputGradientWasm, localWasm } from '../local/wasm.ts'
import { localResponseGradientWasm, localResponseWasm } from '../localResponse/wasm.ts'
import { maxoutGradientWasm, maxoutWasm } from '../maxout/wasm.ts'
import {
  multiplyChannelsGradientWasm,
  multiplyChannelsWasm,
  multiplyNumberWasm,
  multiplyWasm,
} from '../multiply/wasm.ts'
import type { AttributesOf, StepKind } from '../ops.ts'
import { accumulateWasm } from '../optimizer/accumulate/wasm.ts'
import { adadeltaWasm } from '../optimizer/adadelta/wasm.ts'
import { averageWasm } from '../optimizer/average/wasm.ts'
import { muonWasm } from '../optimizer/muon/wasm.ts'
import { adagradWasm, adamWasm, rmspropWasm, sgdWasm } from '../optimizer/wasm.ts'
import { permuteWasm } from '../permute/wasm.ts'
import { pointwiseGradientWasm, pointwiseWasm } from '../pointwise/wasm.ts'
import {
  averagePoolGradientWasm,
  averagePoolWasm,
  l2PoolGradientWasm,
  l2PoolWasm,
  maxPoolGradientWasm,
  maxPoolWasm,
} from '../pool/wasm.ts'
import { preluGradientWasm, preluSlopeGradientWasm, preluWasm } from '../prelu/wasm.ts'
import { resampleGradientWasm, resampleWasm } from '../resample/wasm.ts'
import { sigmoidCrossEntropyWasm } from '../sigmoidCrossEntropy/wasm.ts'
import { softmaxGradientWasm, softmaxWasm } from '../softmax/wasm.ts'
import type { Attributes } from '../types.ts'
import type { WasmKernel } from './types.ts'

const table: { readonly [K in StepKind]: WasmKernel<AttributesOf<K>> } = {
  add: addWasm,
  batchNorm: batchNormWasm,
  'batchNorm.again': batchNormAgainWasm,
  'batchNorm.gradient': batchNormGradientWasm,
  'batchNorm.inference': trackedNormWasm,
  'batchNorm.inference.inputGradient': trackedNormInputGradientWasm,
  'batchNorm.inference.parameterGradient': trackedNormParameterGradientWasm,
  groupNorm: groupNormWasm,
  'groupNorm.gradient': groupNormGradientWasm,
  layerNorm: layerNormWasm,
  'layerNorm.gradient': layerNormGradientWasm,
  localResponse: localResponseWasm,
  'localResponse.gradient': localResponseGradientWasm,
  concat: concatWasm,
  'channels.slice': sliceWasm,
  'channels.widen': widenWasm,
  permute: permuteWasm,
  resample: resampleWasm,
  'resample.gradient': resampleGradientWasm,
  'clip.norms': clipNormsWasm,
  'clip.scale': clipScaleWasm,
  conv2d: conv2dWasm,
  'conv2d.inputGradient': inputGradientWasm,
  'conv2d.filterGradient': filterGradientWasm,
  'conv2d.transposed': transposedWasm,
  local: localWasm,
  'local.inputGradient': localInputGradientWasm,
  'local.filterGradient': localFilterGradientWasm,
  'local.biasGradient': localBiasGradientWasm,
  channelSum: channelSumWasm,
  crossEntropy: crossEntropyWasm,
  'crossEntropy.gradient': crossEntropyGradientWasm,
  distance: distanceWasm,
  dropout: dropoutWasm,
  'dropout.path': dropoutPathWasm,
  hinge: hingeWasm,
  'loss.guard': lossGuardWasm,
  maxout: maxoutWasm,
  'maxout.gradient': maxoutGradientWasm,
  multiply: multiplyWasm,
  'multiply.channels': multiplyChannelsWasm,
  'multiply.channelsGradient': multiplyChannelsGradientWasm,
  'multiply.number': multiplyNumberWasm,
  'optimizer.sgd': sgdWasm,
  'optimizer.adagrad': adagradWasm,
  'optimizer.rmsprop': rmspropWasm,
  'optimizer.adam': adamWasm,
  'optimizer.adadelta': adadeltaWasm,
  'optimizer.average': averageWasm,
  'optimizer.accumulate': accumulateWasm,
  ...muonWasm,
  pointwise: pointwiseWasm,
  'pointwise.gradient': pointwiseGradientWasm,
  prelu: preluWasm,
  'prelu.gradient': preluGradientWasm,
  'prelu.slopeGradient': preluSlopeGradientWasm,
  maxPool: maxPoolWasm,
  'maxPool.gradient': maxPoolGradientWasm,
  l2Pool: l2PoolWasm,
  'l2Pool.gradient': l2PoolGradientWasm,
  averagePool: averagePoolWasm,
  'averagePool.gradient': averagePoolGradientWasm,
  sigmoidCrossEntropy: sigmoidCrossEntropyWasm,
  softmax: softmaxWasm,
  'softmax.gradient': softmaxGradientWasm,
}

/** Behind a kind, attributes are opaque: they were checked where the step was emitted. */
export const wasmKernels = table as unknown as Readonly<Record<StepKind, WasmKernel<Attributes>>>
