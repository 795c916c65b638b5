/** What a page does not load before something asks for it: each part is a file beside the one that the page imports. */

import { PartMissingError } from './wasm/errors.ts'

/** @throws {PartMissingError} the file cannot be had */
export async function loadPart<T>(file: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load()
  } catch (cause) {
    throw new PartMissingError(`${file} could not be loaded`, {
      received: String(cause),
      expected: `${file}, a part of Lenslet, of the same version`,
      advice: `serve ${file} beside the file of Lenslet that the page imports, and under that name`,
      cause,
    })
  }
}
