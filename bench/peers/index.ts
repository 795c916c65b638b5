/** Everybody who is compared. A new one is a file and a line here. */

import { convnetjs } from './convnetjs.ts'
import { jaxJs } from './jax-js.ts'
import { lenslet, lensletNarrow } from './lenslet.ts'
import { onnxruntimeNode, onnxruntimeWeb } from './onnxruntime.ts'
import { pytorch } from './pytorch.ts'
import { tfjsCpu, tfjsWasm } from './tfjs.ts'
import type { Peer } from './types.ts'

export const peers: readonly Peer[] = [
  lenslet,
  lensletNarrow,
  onnxruntimeNode,
  onnxruntimeWeb,
  tfjsWasm,
  pytorch,
  tfjsCpu,
  jaxJs,
  convnetjs,
]
