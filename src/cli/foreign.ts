/** Models of other programs: opened by their path, with what their reader changed said on stderr. */

import { printable } from '../core/text.ts'
import { expandHome } from '../data/node/home.ts'
import { WeightsOnlyError } from '../exchange/errors.ts'
import { endingsOf } from '../exchange/formatOf.ts'
import { lenslet } from '../exchange/lenslet/format.ts'
import { modelFiles } from '../exchange/node/modelFiles.ts'
import { readModel } from '../exchange/read.ts'
import type { ImportedModel, OpenSizes } from '../exchange/types.ts'
import { readCall } from './errors.ts'
import { isHubModel, readHubModel } from './hub.ts'

/** Of models of other programs, for help: `.onnx, .prototxt`. */
export const foreignEndings = endingsOf((format) => format !== lenslet && format.readModel !== undefined).join(', ')

/** Throws as `readModel` does, and `FileError`. Weights in place of a model are an error of the call. */
export async function readForeign(path: string, open: OpenSizes = {}): Promise<ImportedModel> {
  if (isHubModel(path)) return readHubModel(path)
  try {
    return await readModel(modelFiles(expandHome(path)), open)
  } catch (error) {
    if (!(error instanceof WeightsOnlyError)) throw error
    return readCall(() => Promise.reject(error))
  }
}

/** What was changed, folded or left out: never on stdout. */
export function sayNotes({ notes }: Pick<ImportedModel, 'notes'>): void {
  for (const note of notes) process.stderr.write(`note: ${printable(note)}\n`)
}
