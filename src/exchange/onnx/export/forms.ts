/** Every layer's form as ONNX operators. A layer without a row does not compile. */

import { activationForms } from '../../../layers/activation/onnx.ts'
import { addForm } from '../../../layers/add/onnx.ts'
import { batchNormForm } from '../../../layers/batchNorm/onnx.ts'
import { concatForm } from '../../../layers/concat/onnx.ts'
import { convForm } from '../../../layers/conv/onnx.ts'
import { cropForm } from '../../../layers/crop/onnx.ts'
import { fullyConnectedForm } from '../../../layers/fullyConnected/onnx.ts'
import { globalAveragePoolForm, globalMaxPoolForm } from '../../../layers/globalPool/onnx.ts'
import { groupNormForm, instanceNormForm } from '../../../layers/groupNorm/onnx.ts'
import { layerNormForm } from '../../../layers/layerNorm/onnx.ts'
import type { LayerType } from '../../../layers/layers.ts'
import { localForm } from '../../../layers/local/onnx.ts'
import { localContrastForm, localResponseForm } from '../../../layers/localResponse/onnx.ts'
import { maxoutForm } from '../../../layers/maxout/onnx.ts'
import { multiplyForm } from '../../../layers/multiply/onnx.ts'
import { handedOn, type OnnxForm } from '../../../layers/onnx.ts'
import { padForm } from '../../../layers/pad/onnx.ts'
import { pixelShuffleForm, pixelUnshuffleForm } from '../../../layers/pixelShuffle/onnx.ts'
import { averagePoolForm, l2PoolForm, maxPoolForm } from '../../../layers/pool/onnx.ts'
import { preluForm } from '../../../layers/prelu/onnx.ts'
import { flattenForm, reshapeForm } from '../../../layers/reshape/onnx.ts'
import { scaleForm } from '../../../layers/scale/onnx.ts'
import { shuffleForm } from '../../../layers/shuffle/onnx.ts'
import { sliceForm } from '../../../layers/slice/onnx.ts'
import { softmaxForm } from '../../../layers/softmax/onnx.ts'
import { transposedConvForm } from '../../../layers/transposedConv/onnx.ts'
import { upsampleForm } from '../../../layers/upsample/onnx.ts'
import { widenForm } from '../../../layers/widen/onnx.ts'

const table = {
  // The graph's own input.
  input: handedOn,
  conv: convForm,
  pool: maxPoolForm,
  avgpool: averagePoolForm,
  l2pool: l2PoolForm,
  gap: globalAveragePoolForm,
  gmp: globalMaxPoolForm,
  ...activationForms,
  prelu: preluForm,
  maxout: maxoutForm,
  fc: fullyConnectedForm,
  // What only trainings do.
  dropout: handedOn,
  droppath: handedOn,
  aux: handedOn,
  loss: handedOn,
  bn: batchNormForm,
  scale: scaleForm,
  gn: groupNormForm,
  ln: layerNormForm,
  in: instanceNormForm,
  lrn: localResponseForm,
  lcn: localContrastForm,
  add: addForm,
  multiply: multiplyForm,
  concat: concatForm,
  widen: widenForm,
  local: localForm,
  tconv: transposedConvForm,
  slice: sliceForm,
  shuffle: shuffleForm,
  pad: padForm,
  crop: cropForm,
  upsample: upsampleForm,
  pixelshuffle: pixelShuffleForm,
  pixelunshuffle: pixelUnshuffleForm,
  flatten: flattenForm,
  reshape: reshapeForm,
  softmax: softmaxForm,
} as const satisfies Readonly<Record<LayerType, OnnxForm<never>>>

// Attributes are checked by each layer itself, so they are opaque to all other code.
export const forms = table as unknown as Readonly<Record<LayerType, OnnxForm>>
