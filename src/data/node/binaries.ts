/** CIFAR-100 and STL-10: the official binary files in a folder or a `.tar.gz`. */
import { basename, join } from 'node:path'
import { printable } from '../../core/text.ts'
import { cifar100Dataset, cifar100Files, cifar100Limit } from '../cifar100.ts'
import type { Dataset } from '../dataset.ts'
import { DatasetError } from '../errors.ts'
import { type NamedBytes, stl10Dataset, stl10Files, stl10Limit } from '../stl10.ts'
import { readTarGz } from './archive.ts'
import { exists, isFolder, readBounded } from './files.ts'

/** @throws {DatasetError} a file that is missing or of another layout */
export async function openCifar100At(path: string): Promise<Dataset> {
  const files = await readAll(path, cifar100Files, cifar100Limit, 'cifar-100-binary')
  return cifar100Dataset(files['train.bin'], files['test.bin'], files['fine_label_names.txt'])
}

/** @throws {DatasetError} a file that is missing or of another layout */
export async function openStl10At(path: string): Promise<Dataset> {
  const files = await readAll(path, stl10Files, stl10Limit, 'stl10_binary')
  return stl10Dataset(
    { images: files['train_X.bin'], labels: files['train_y.bin'] },
    { images: files['test_X.bin'], labels: files['test_y.bin'] },
  )
}

/** @param inner the folder that the official archive unpacks into */
async function readAll<const Name extends string>(
  path: string,
  names: readonly Name[],
  limit: number,
  inner: string,
): Promise<Readonly<Record<Name, NamedBytes>>> {
  const found = new Map<string, Uint8Array>()
  if (await isFolder(path)) {
    const folder = (await isFolder(join(path, inner))) ? join(path, inner) : path
    for (const name of names)
      if (await exists(join(folder, name))) found.set(name, await readBounded(join(folder, name), limit))
  } else
    await readTarGz(path, {
      limit: (entry) => (names.includes(basename(entry) as Name) ? limit : undefined),
      async take(entry, bytes) {
        found.set(basename(entry), bytes)
      },
    })
  const missing = names.filter((name) => !found.has(name))
  if (missing.length > 0)
    throw new DatasetError(`${printable(path)} does not contain the data set`, {
      received: `no ${missing.join(', ')}`,
      expected: `${names.join(', ')}: the official binary files, in a folder or a .tar.gz`,
      advice: 'download the binary version, and name its folder',
    })
  const files = names.map((name) => [name, { name: join(path, name), bytes: found.get(name) as Uint8Array }])
  return Object.fromEntries(files) as Record<Name, NamedBytes>
}
