// Files that are read part by part, and what happens to them meanwhile.

import { mkdtemp, open, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { FileError } from './errors.ts'
import { openBytes } from './openBytes.ts'

let place = ''
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'lenslet-open-'))
})
afterAll(() => rm(place, { recursive: true }))

const contents = Uint8Array.from({ length: 5000 }, (_, i) => (i * i) % 251)

/** Read part by part, however small. */
async function opened(name: string) {
  const path = join(place, name)
  await writeFile(path, contents)
  return { path, bytes: await openBytes(path, 100) }
}

it('gives any part of the file', async () => {
  const { bytes } = await opened('parts')
  expect(bytes.array).toBeUndefined()
  expect(bytes.length).toBe(5000)
  expect(bytes.read()).toEqual(contents)
  const part = bytes.slice(1000, 4000)
  expect(part.read(10, 20)).toEqual(contents.subarray(1010, 1020))
  expect(part.read(2990, 9999)).toEqual(contents.subarray(3990, 4000))
  expect(part.slice(5).read(1, 9)).toEqual(contents.subarray(1006, 1014))
  expect([...part.portions(700)].map(({ length }) => length)).toEqual([700, 700, 700, 700, 200])
})

it('reads a small file at once', async () => {
  const { path } = await opened('small')
  expect((await openBytes(path)).array).toEqual(contents)
})

it('goes on with a file that was removed or replaced: it has the one that it opened', async () => {
  const removed = await opened('removed')
  await rm(removed.path)
  const replaced = await opened('replaced')
  await writeFile(join(place, 'other'), new Uint8Array(5000))
  await rename(join(place, 'other'), replaced.path)
  for (const { bytes } of [removed, replaced]) expect(bytes.read(100, 200)).toEqual(contents.subarray(100, 200))
})

it.each([
  ['longer', (file: Awaited<ReturnType<typeof open>>) => file.write(Uint8Array.of(1), 0, 1, 5000)],
  ['shorter', (file: Awaited<ReturnType<typeof open>>) => file.truncate(4000)],
  [
    'changed in place',
    async (file: Awaited<ReturnType<typeof open>>) => {
      await file.write(Uint8Array.of(99), 0, 1, 150)
      // Whatever the clock of the file system can tell apart.
      await file.utimes(new Date(), new Date(Date.now() + 10_000))
    },
  ],
])('says so when the file is %s', async (name, change) => {
  const { path, bytes } = await opened(name)
  const file = await open(path, 'r+')
  await change(file)
  await file.close()
  expect(() => bytes.read(4500, 4600)).toThrow(FileError)
  expect(() => bytes.read(4500, 4600)).toThrow(/changed while it was read/)
})

it('refuses what is no file', async () => {
  await expect(openBytes(place)).rejects.toThrow(/a folder/)
  await expect(openBytes(join(place, 'nothing'))).rejects.toThrow(FileError)
})
