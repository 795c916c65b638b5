// CIFAR-10 from strips, folders and archives made here, and the real one where it has been fetched.
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  type Cifar10Batch,
  cifar10Normalization,
  cifar10TestFile,
  cifar10TrainFiles,
  encodeCifar10Batch,
} from '../cifar10.ts'
import { ArchiveError, Cifar10Error, LabelRangeError, PictureError, TruncatedFileError } from '../errors.ts'
import { measureNormalization } from '../normalization.ts'
import { temporaryFolder, writeTarGz } from '../testing/archives.ts'
import { png } from '../testing/pictures.ts'
import { cacheFolder } from './cache.ts'
import { openCifar10, openCifar10At } from './cifar10.ts'
import { cifar10Checksums, splitStrips } from './cifar10-strips.ts'

const files = [...cifar10TrainFiles, cifar10TestFile]

/** Two pictures that differ in every file. */
function batch(salt: number): Cifar10Batch {
  const images = Uint8Array.from({ length: 2 * 3072 }, (_, i) => Math.imul(i + 7 * salt, 0x9e3779b9) >>> 24)
  return { images, labels: Uint8Array.of(salt % 10, (salt + 3) % 10) }
}

async function strips(): Promise<Record<string, Uint8Array | string>> {
  const entries: Record<string, Uint8Array | string> = { 'package/index.js': 'not wanted' }
  for (const [salt, name] of files.entries())
    entries[`package/${name.replace('.bin', '.png')}`] = await png(2, 1024, 3, batch(salt).images)
  const labels = (salts: number[]) => JSON.stringify(salts.flatMap((salt) => [...batch(salt).labels]))
  return { ...entries, 'package/train_lables.json': labels([0, 1, 2, 3, 4]), 'package/test_lables.json': labels([5]) }
}

describe('splitStrips', () => {
  it('gives each file its images and its labels', async () => {
    const tarball = join(await temporaryFolder(), 'strips.tgz')
    await writeTarGz(tarball, await strips())
    const found = await splitStrips(tarball)
    for (const [salt, name] of files.entries()) {
      expect([...(found.get(name)?.labels ?? [])], name).toEqual([...batch(salt).labels])
      expect(Buffer.compare(found.get(name)?.images ?? Buffer.of(), batch(salt).images), name).toBe(0)
    }
  })

  const faults: [
    what: string,
    change: (entries: Record<string, Uint8Array | string>) => void,
    fault: new (...args: never[]) => Error,
  ][] = [
    ['a missing strip', (e) => delete e['package/data_batch_3.png'], Cifar10Error],
    ['missing labels', (e) => delete e['package/test_lables.json'], Cifar10Error],
    ['a label too few', (e) => Object.assign(e, { 'package/test_lables.json': '[1]' }), Cifar10Error],
    ['a label of 10', (e) => Object.assign(e, { 'package/test_lables.json': '[1,10]' }), LabelRangeError],
    ['labels that are no list', (e) => Object.assign(e, { 'package/test_lables.json': '{"0":1}' }), Cifar10Error],
    ['labels that are no JSON', (e) => Object.assign(e, { 'package/test_lables.json': '[1,' }), Cifar10Error],
    ['a corrupt strip', (e) => Object.assign(e, { 'package/test_batch.png': 'no picture' }), PictureError],
  ]
  it.each(faults)('refuses %s', async (_, change, fault) => {
    const tarball = join(await temporaryFolder(), 'strips.tgz')
    const entries = await strips()
    change(entries)
    await writeTarGz(tarball, entries)
    await expect(splitStrips(tarball)).rejects.toBeInstanceOf(fault)
  })

  it('refuses strips of another width', async () => {
    const tarball = join(await temporaryFolder(), 'strips.tgz')
    await writeTarGz(tarball, { ...(await strips()), 'package/test_batch.png': await png(4, 512, 3, batch(5).images) })
    await expect(splitStrips(tarball)).rejects.toThrow(/512 pixels a row/)
  })
})

describe('openCifar10At', () => {
  const official = () => Object.fromEntries(files.map((name, salt) => [name, encodeCifar10Batch(batch(salt))]))

  it('reads the official files from a folder, from the folder of the archive, and from the archive', async () => {
    const folder = await temporaryFolder()
    const inner = join(folder, 'cifar-10-batches-bin')
    await mkdir(inner)
    for (const [name, bytes] of Object.entries(official())) await writeFile(join(inner, name), bytes)
    const archive = join(folder, 'cifar-10-binary.tar.gz')
    const entries = Object.entries(official()).map(([name, bytes]) => [`cifar-10-batches-bin/${name}`, bytes] as const)
    await writeTarGz(archive, { 'cifar-10-batches-bin/readme.html': '<p>', ...Object.fromEntries(entries) })
    for (const path of [inner, folder, archive]) {
      const { train, test, normalization } = await openCifar10At(path)
      expect([train.count, test.count]).toEqual([10, 2])
      expect([...train.labels]).toEqual([0, 1, 2, 3, 4].flatMap((salt) => [...batch(salt).labels]))
      expect(Buffer.compare(test.images, batch(5).images)).toBe(0)
      expect(normalization).toEqual(measureNormalization(train.images, 3))
    }
  })

  it('says what is missing, cut short, or unsafe', async () => {
    const folder = await temporaryFolder()
    await expect(openCifar10At(folder)).rejects.toThrow(/no data_batch_1\.bin, .*test_batch\.bin/)
    for (const [name, bytes] of Object.entries(official())) await writeFile(join(folder, name), bytes)
    await writeFile(join(folder, cifar10TestFile), encodeCifar10Batch(batch(5)).subarray(0, 4000))
    await expect(openCifar10At(folder)).rejects.toBeInstanceOf(TruncatedFileError)
    const archive = join(folder, 'bad.tar.gz')
    await writeTarGz(archive, { ...official(), '../data_batch_1.bin': 'x' })
    await expect(openCifar10At(archive)).rejects.toBeInstanceOf(ArchiveError)
  })
})

const fetched = join(cacheFolder(), 'cifar10')
describe.skipIf(!existsSync(fetched))('the real CIFAR-10 (skipped where it has not been fetched)', () => {
  it('has the published files, classes, images and statistics', async () => {
    for (const name of files) {
      const digest = createHash('sha256')
        .update(await readFile(join(fetched, name)))
        .digest('hex')
      expect(digest, name).toBe(cifar10Checksums[name])
    }
    const { train, test, normalization } = await openCifar10()
    const counts = (labels: Uint8Array | Uint16Array) => {
      const found = new Array<number>(10).fill(0)
      for (const label of labels) found[label] = (found[label] as number) + 1
      return found
    }
    expect(counts(train.labels)).toEqual(new Array(10).fill(5000))
    expect(counts(test.labels)).toEqual(new Array(10).fill(1000))
    // The first pictures, as every other reader of the data set has them: a frog and a cat.
    expect([train.labels[0], ...train.images.subarray(0, 6)]).toEqual([6, 59, 62, 63, 43, 46, 45])
    expect([test.labels[0], ...test.images.subarray(0, 6)]).toEqual([3, 158, 112, 49, 159, 111, 47])
    expect(normalization).toBe(cifar10Normalization)
    expect(measureNormalization(train.images, 3)).toEqual(cifar10Normalization)
  })
})
