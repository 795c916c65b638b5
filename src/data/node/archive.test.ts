// Archives as they should be, and archives that were made to do harm.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { ArchiveError } from '../errors.ts'
import { temporaryFolder, writeTarGz } from '../testing/archives.ts'
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
    await expect(readAll(join(folder, 'missing'))).rejects.toThrow(/no such file/)
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
