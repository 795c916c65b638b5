/** A model as the bytes of a file: one line a kind. */

import type { Dataset } from 'lenslet/data'
import { exportOnnx, exportStateDict, writeModel } from 'lenslet/exchange'
import type { Model } from 'lenslet/model'
import type { Story, TakeKind } from './messages.ts'
import { reportOf } from './report.ts'

export interface Taken {
  readonly title: string
  readonly story?: Story | undefined
  readonly data?: Dataset | undefined
}

type Write = (model: Model, taken: Taken) => Promise<Uint8Array<ArrayBuffer>>

export const writers: Readonly<Record<TakeKind, Write>> = {
  lenslet: (model) => writeModel(model, 'model.lenslet'),
  onnx: (model) => exportOnnx(model),
  safetensors: (model) => exportStateDict(model),
  report: async (model, taken) => new TextEncoder().encode(await reportOf(model, taken)),
}
