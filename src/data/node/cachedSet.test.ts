// The cache: what is made up, damaged or missing is fetched again, and never used in silence.
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { DatasetError, FetchError } from '../errors.ts'
import { temporaryFolder, writeTarGz } from '../testing/archives.ts'
import { type FileServer, serveFile } from '../testing/file-server.ts'
import { playNpm } from '../testing/npm.ts'
import { readTarGz } from './archive.ts'
import { type CachedSet, cachedFolder, verifySet } from './cachedSet.ts'
import { openCifar10 } from './cifar10.ts'
import { createFolder } from './files.ts'
import { faultsOf } from './verified.ts'

const contents = { one: 'first file', two: 'second file' }
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const checksums = { one: sha256(contents.one), two: sha256(contents.two) }

let cache = ''
let folder = ''
let server: FileServer
let set: CachedSet
let notices: string[] = []
const open = () => cachedFolder(set, { cache, onNotice: (message) => void notices.push(message) })
const fetched = () => server.ranges.length
const write = (files: Readonly<Record<string, string>>) =>
  Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(folder, name), text)))

beforeEach(async () => {
  cache = await temporaryFolder()
  folder = join(cache, 'some')
  notices = []
  const tarball = await writeTarGz(join(cache, 'made.tgz'), contents)
  server = await serveFile(tarball)
  const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`
  const published = { name: 'some-data', version: '1.2.3', integrity, bytes: tarball.length }
  set = {
    name: 'some',
    published,
    checksums,
    unpack: (file, to) =>
      createFolder(to, (put) => readTarGz(file, { limit: () => 100, take: (name, bytes) => put(name, bytes) })),
  }
  await playNpm(cache, published, server.address)
})
afterEach(() => {
  vi.unstubAllEnvs()
})

describe('cachedFolder', () => {
  it('fetches once, and then reads by size and stamp', async () => {
    expect(await open()).toBe(folder)
    expect(await readFile(join(folder, 'one'), 'utf8')).toBe(contents.one)
    expect(await open()).toBe(folder)
    expect(fetched()).toBe(1)
    expect(notices).toEqual([])
  })

  it.each<[what: string, spoil: () => Promise<unknown>, notice: RegExp]>([
    ['made-up files', () => write({ one: 'first fake', two: 'second fake' }), /\(one has other contents, and 1 more\)/],
    ['a missing file', () => rm(join(folder, 'two')), /\(two is missing\)/],
    ['a file cut short', () => write({ one: 'first' }), /\(one has other contents\)/],
    ['a folder in place of a file', () => rm(join(folder, 'one')).then(() => mkdir(join(folder, 'one'))), /a folder/],
    [
      'a file in place of the folder',
      () => rm(folder, { recursive: true }).then(() => writeFile(folder, '')),
      /missing/,
    ],
  ])('heals %s by fetching again, and says so in one line', async (_, spoil, notice) => {
    await open()
    await spoil()
    expect(await open()).toBe(folder)
    expect(fetched()).toBe(2)
    expect(notices).toEqual([expect.stringMatching(notice)])
    expect(notices[0]).toMatch(/^some in the cache is not as published \([^\n]*\); it is fetched again$/)
    expect(await readFile(join(folder, 'one'), 'utf8')).toBe(contents.one)
  })

  it('sees other contents of the same size and with the former time', async () => {
    await open()
    const { atime, mtime } = await stat(join(folder, 'one'))
    await write({ one: 'first fake' })
    await utimes(join(folder, 'one'), atime, mtime)
    await open()
    expect(notices).toHaveLength(1)
  })

  it('does not use what it cannot fetch again', async () => {
    await mkdir(folder)
    await write({ one: 'first fake', two: contents.two })
    server.statuses.push(404)
    await expect(open()).rejects.toBeInstanceOf(FetchError)
    expect(notices).toHaveLength(1)
    expect(existsSync(`${folder}.lock`)).toBe(false)
  })

  it('does not train on made-up records of CIFAR-10', async () => {
    await mkdir(join(cache, 'cifar10'))
    for (const name of ['data_batch_1.bin', 'test_batch.bin'])
      await writeFile(join(cache, 'cifar10', name), new Uint8Array(3073 * 10))
    await expect(openCifar10({ cache })).rejects.toThrow(/npm/)
  })

  it.skipIf(process.platform === 'win32').each<[what: string, cache: () => Promise<string>, message: RegExp]>([
    ['a file', async () => join(cache, 'made.tgz'), /it is not a folder|it exists already/],
    ['a place where nothing can be made', async () => '/proc/lenslet', /does not exist|permission denied/],
    ['a path that is too long', async () => join(cache, 'n'.repeat(300)), /the path is too long \(ENAMETOOLONG\)/],
  ])('names a cache that cannot be used: %s', async (_, place, message) => {
    const opening = cachedFolder(set, { cache: await place() })
    await expect(opening).rejects.toBeInstanceOf(DatasetError)
    await expect(opening).rejects.toThrow(message)
    await expect(opening).rejects.toThrow(/^the cache .* cannot be used\n[\s\S]*try: .*XDG_CACHE_HOME/)
  })
})

describe('verifySet', () => {
  it('reads everything, whatever the stamp says', async () => {
    expect(await verifySet(set, cache)).toMatchObject({ state: 'absent' })
    await open()
    expect(await verifySet(set, cache)).toEqual({ name: 'some', folder, state: 'intact', faults: [] })
    await write({ one: 'first fake' })
    const { mtimeMs: modified, ctimeMs: changed, size: bytes } = await stat(join(folder, 'one'))
    const stamp = JSON.parse(await readFile(join(folder, '.verified.json'), 'utf8'))
    stamp.files[0] = { name: 'one', sha256: checksums.one, bytes, modified, changed }
    await writeFile(join(folder, '.verified.json'), JSON.stringify(stamp))
    // The stamp is what spares the reading.
    expect(await faultsOf(folder, checksums)).toEqual([])
    expect(await verifySet(set, cache)).toMatchObject({ state: 'damaged', faults: ['one has other contents'] })
    // And it is not believed afterwards.
    expect(await readdir(folder)).not.toContain('.verified.json')
    await open()
    expect(notices).toHaveLength(1)
  })

  it('does without a stamp that is damaged', async () => {
    await open()
    await writeFile(join(folder, '.verified.json'), '{"format":"lenslet.verified","files":[{}]}')
    expect(await open()).toBe(folder)
    expect(fetched()).toBe(1)
  })
})
