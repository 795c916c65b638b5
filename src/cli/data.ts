/** `--data`: opens a data set, says what is being fetched, and tells a wrong name from data that failed. */

import { resolve } from 'node:path'
import type { Dataset } from '../data/dataset.ts'
import { UnknownDatasetError } from '../data/errors.ts'
import { datasetForms, openDataset } from '../data/node/open.ts'
import type { PictureSize } from '../data/resize.ts'
import { printBytes } from '../inspect/units.ts'
import { readCall } from './errors.ts'
import type { Terminal } from './terminal.ts'

export const dataHelp = `${datasetForms.map(({ usage }) => usage).join(', ')}, or cifar10:FOLDER, mnist:FOLDER`

/** The spec with its path made whole, so that it names the same place from every folder. */
export function absolute(spec: string): string {
  const colon = spec.indexOf(':')
  return colon < 0 || spec.slice(colon + 1).trim() === ''
    ? spec
    : `${spec.slice(0, colon)}:${resolve(spec.slice(colon + 1).trim())}`
}

/** `mnist` of `mnist:./folder` */
export function kindOf(spec: string): string {
  return (spec.split(':')[0] ?? '').trim().toLowerCase()
}

/** @param size the network's input: what a folder of pictures is brought to */
export async function openData(
  spec: string,
  size: PictureSize,
  terminal: Terminal,
  signal?: AbortSignal,
): Promise<Dataset> {
  const saySometimes = sometimes(terminal)
  const open = () =>
    openDataset(absolute(spec), {
      size,
      signal,
      onProgress: ({ stage, received, total }) =>
        saySometimes(`${spec}: ${stage} ${printBytes(received)} of ${printBytes(total)}`),
      images: { onProgress: ({ decoded, total }) => saySometimes(`${spec}: ${decoded} of ${total} pictures decoded`) },
    }).catch((error: unknown) => {
      // Only the name can be wrong with the call; what is wrong with the data is the data's.
      if (error instanceof UnknownDatasetError) return readCall<never>(() => Promise.reject(error))
      throw error
    })
  return open()
}

/** A line at most every two seconds, and none in the first: most data is there at once. */
function sometimes(terminal: Terminal): (text: string) => void {
  let next = performance.now() + 1000
  return (text) => {
    if (performance.now() < next) return
    next = performance.now() + 2000
    terminal.progress(text)
  }
}
