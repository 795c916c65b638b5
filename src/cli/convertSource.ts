/** What `lenslet convert` reads: a model, or arrays by name that are matched with a network. */

import type { ImportedModel } from '../exchange/types.ts'
import { readCall, UsageError } from './errors.ts'
import { readForeign } from './foreign.ts'
import { findModel } from './model.ts'

/** A model whose weights were found by name and shape. */
interface MatchReport {
  readonly matched: number
  /** Names of arrays of the file that no layer took. */
  readonly leftOver: readonly string[]
}

interface ConvertedModel extends ImportedModel {
  readonly match?: MatchReport
}

/** A model; with `network`, the arrays of a file as its weights. */
export async function readConvertible(path: string, network: string | undefined): Promise<ConvertedModel> {
  const { file } = await readCall(() => findModel(path))
  if (network === undefined) return readForeign(file)
  throw new UsageError('--network cannot be used yet', { received: network })
}
