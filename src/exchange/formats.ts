/** Every format of other programs. A new one is a folder and a line here. */

import { app } from './app/format.ts'
import { caffe } from './caffe/format.ts'
import { keras, kerasH5 } from './keras/format.ts'
import { lenslet } from './lenslet/format.ts'
import { npy, npz } from './numpy/format.ts'
import { onnx } from './onnx/format.ts'
import { pytorch } from './pytorch/format.ts'
import { safetensors } from './safetensors/format.ts'
import { tfjs, tfjsModel } from './tfjs/format.ts'
import type { Format } from './types.ts'

export const formats: readonly Format[] = [
  lenslet,
  safetensors,
  npy,
  npz,
  onnx,
  caffe,
  pytorch,
  kerasH5,
  keras,
  tfjsModel,
  tfjs,
  app,
]
