// Archives as they should be, and archives that were made to do harm.
import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gunzipSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { ArchiveError } from '../errors.ts'
import { temporaryFolder, withChecksum, writeTarGz } from '../testing/archives.ts'
import { readTarGz } from './archive.ts'

async function readAll(file: string, limit = 100): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  await readTarGz(file, {
    limit: (path) => (path.endsWith('.skip') ? undefined : limit),
    take: (path, bytes) => {
      found[path] = new TextDecoder().decode(bytes)
    },
  })
  return found
}

describe('readTarGz', () => {
  it('gives the wanted entries and passes over the others', async () => {
    const file = join(await temporaryFolder(), 'a.tar.gz')
    await writeTarGz(file, { 'd/one': 'first', 'big.skip': 'x'.repeat(5000), 'd/two': '' })
    expect(await readAll(file)).toEqual({ 'd/one': 'first', 'd/two': '' })
  })

  it.each(['../evil', '/etc/evil', 'd/../../evil', '..\\evil', 'C:\\evil', '../evil.skip'])(
    'refuses the path %s',
    async (name) => {
      const file = join(await temporaryFolder(), 'a.tar.gz')
      await writeTarGz(file, { good: 'x', [name]: 'y' })
      await expect(readAll(file)).rejects.toThrow(/outside its own folder/)
    },
  )

  it('refuses an entry that is larger than it may be, before it takes memory for it', async () => {
    const file = join(await temporaryFolder(), 'a.tar.gz')
    await writeTarGz(file, { d: 'x'.repeat(101) })
    await expect(readAll(file)).rejects.toThrow(/101 bytes[\s\S]*at most 100/)
  })

  it('names a file that is cut short, damaged, missing or something else', async () => {
    const folder = await temporaryFolder()
    const file = join(folder, 'a.tar.gz')
    const noise = Uint8Array.from({ length: 90 }, (_, i) => Math.imul(i + 1, 0x9e3779b9) >>> 24)
    await writeTarGz(file, { d: noise })
    const whole = await readFile(file)
    for (const [name, bytes] of Object.entries({
      cut: whole.subarray(0, 60),
      cutAtTheEnd: whole.subarray(0, whole.length - 4),
      text: Buffer.from('not an archive'),
      gzippedText: gzipSync('not a tar archive, but long enough to be read as one'.repeat(30)),
    })) {
      await writeFile(join(folder, name), bytes)
      await expect(readAll(join(folder, name)), name).rejects.toBeInstanceOf(ArchiveError)
    }
    await expect(readAll(join(folder, 'missing'))).rejects.toThrow(/it does not exist/)
  })

  it('ends where a size is none, as every await on a file from outside must', async () => {
    const file = join(await temporaryFolder(), 'a.tar.gz')
    await writeTarGz(file, { data: 'x'.repeat(600) })
    const tar = gunzipSync(await readFile(file))
    // What tar-stream 3.2 takes for a size of null, after which its entry never ends.
    tar[124] = 0x81
    await writeFile(file, gzipSync(withChecksum(tar)))
    await expect(readAll(file)).rejects.toThrow(/the size null of the entry data[\s\S]*a whole number/)
  })

  it('refuses a bomb: a small file that unpacks to more than any archive', async () => {
    const file = join(await temporaryFolder(), 'a.tar.gz')
    // Members of a gzip file follow each other: 1,100 of 1 MiB of zeros.
    const zeros = gzipSync(new Uint8Array(2 ** 20))
    await writeFile(file, Buffer.concat(Array.from({ length: 1100 }, () => zeros)))
    await expect(readAll(file)).rejects.toThrow(/is too large when unpacked/)
  })

  it.skipIf(process.platform === 'win32')('does not wait for a pipe or a device', async () => {
    const file = join(await temporaryFolder(), 'pipe.tar.gz')
    await promisify(execFile)('mkfifo', [file])
    await expect(readAll(file)).rejects.toThrow(/a pipe, not a regular file/)
    await expect(readAll('/dev/zero')).rejects.toThrow(/a device, not a regular file/)
  })

  it('shows control characters of the names in an archive, and does not pass them on', async () => {
    const file = join(await temporaryFolder(), 'a.tar.gz')
    await writeTarGz(file, { '../\u001b[31mred\u009b': 'x' })
    const error = await readAll(file).catch((thrown: Error) => thrown)
    expect((error as Error).message).toMatch(/outside its own folder/)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect((error as Error).message).not.toMatch(/[\u001b\u009b]/)
  })

  it('passes on what the taker throws', async () => {
    const file = join(await temporaryFolder(), 'a.tar.gz')
    await writeTarGz(file, { d: 'x' })
    const take = () => {
      throw new ArchiveError('wrong label')
    }
    await expect(readTarGz(file, { limit: () => 9, take })).rejects.toThrow('wrong label')
  })
})
