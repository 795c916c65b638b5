/** SOFTMAX as ONNX: Softmax over the channels. */

import { pointwiseForm } from '../onnx.ts'

export const softmaxForm = pointwiseForm<object>('Softmax', () => ({ axis: 1 }))
