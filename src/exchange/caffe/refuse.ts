/** How a converter of a layer says that no layer of ours computes the same. The reader collects what all of them say. */

import { UnsupportedModelError } from '../errors.ts'

/** @param what the layer has that ours have not: `stochastic pooling` */
export function refuse(what: string): never {
  throw new UnsupportedModelError(what)
}
