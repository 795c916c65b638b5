/** The model that a training starts from, with what the call says of how images are prepared for it. */

import { printable } from '../core/text.ts'
import { lenslet } from '../exchange/lenslet/format.ts'
import type { ImportedModel, OpenSizes } from '../exchange/types.ts'
import { inferVolumes } from '../network/volumes.ts'
import { readCall, UsageError } from './errors.ts'
import { readForeign } from './foreign.ts'
import { findModel } from './model.ts'
import { givenPreprocessing, type PreprocessCall, withPreprocessing } from './preprocess.ts'

export interface Start {
  readonly source: ImportedModel
  readonly isForeign: boolean
  /** The head starts from new weights. */
  readonly newHead: boolean
}

/** Throws `UsageError` for options that do not fit the model. */
export async function startFrom(path: string, call: PreprocessCall & OpenSizes = {}): Promise<Start> {
  const [source, { format }] = await Promise.all([readForeign(path, { size: call.size }), findModel(path)])
  const input = inferVolumes(source.network)[0]?.output
  const info = input === undefined ? source.info : await readCall(() => withPreprocessing({ input, ...source }, call))
  return { source: { ...source, info }, isForeign: format !== lenslet, newHead: false }
}

/** Throws `UsageError` for options of `PreprocessCall`: a new network has no past that they could describe. */
export function refusePreprocessing(net: string, call: PreprocessCall): void {
  const option = givenPreprocessing(call)
  if (option === undefined) return
  throw new UsageError(`${option} describes a trained model`, {
    received: `${option}, for ${printable(net)}, a network without weights`,
    expected: 'a model file whose weights were trained on images prepared in this way',
    advice: 'leave it out: a new network learns from images normalized by their own mean and deviation',
  })
}

/** What to say of a model of another program that does not say which values its network takes. */
export function normalizationNote({ source: { info }, isForeign }: Start): string | undefined {
  if (!isForeign || info.normalization !== undefined) return undefined
  return "the model does not say how its images were normalized; the mean and deviation of this data are used. If its weights were trained on other values, it learns better with those: --scale, --mean, --std, and --colors bgr (see the model's own documentation)"
}
