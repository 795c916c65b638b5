/** A model as the bytes of a file: one line a kind. */

import { exportOnnx, exportStateDict, writeModel } from 'lenslet/exchange'
import type { Model } from 'lenslet/model'
import type { TakeKind } from './messages.ts'
import { reportOf, type Taken } from './report.ts'

type Write = (model: Model, taken: Taken) => Promise<Uint8Array<ArrayBuffer>>

export const writers: Readonly<Record<TakeKind, Write>> = {
  lenslet: (model) => writeModel(model, 'model.lenslet'),
  onnx: (model) => exportOnnx(model),
  safetensors: (model) => exportStateDict(model),
  report: async (model, taken) => new TextEncoder().encode(await reportOf(model, taken)),
}
