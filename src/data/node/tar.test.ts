// Every form of header, and what a hostile one can say in it: all archives end.
import fc from 'fast-check'
import { pack } from 'tar-stream'
import { describe, expect, it } from 'vitest'
import { withChecksum } from '../testing/archives.ts'
import { readTar, TarFault } from './tar.ts'

interface Part {
  readonly name: string
  readonly text?: string
  readonly type?: string
  /** The size field as it stands; else the length of the text. */
  readonly size?: string | Uint8Array
  readonly prefix?: string
}

/** Header and data of one entry, with the checksum that fits. */
function entry({ name, text = '', type = '0', size, prefix = '' }: Part): Buffer {
  const data = Buffer.from(text)
  const out = Buffer.alloc(512 + Math.ceil(data.length / 512) * 512)
  out.write(name)
  const field = size ?? `${data.length.toString(8).padStart(11, '0')} `
  Buffer.from(field).copy(out, 124)
  out.write(type, 156)
  out.write('ustar\u000000', 257)
  out.write(prefix, 345)
  data.copy(out, 512)
  return withChecksum(out) as Buffer
}

const end = Buffer.alloc(1024)
const pax = (text: string, type = 'x') => entry({ name: 'pax', type, text })
const record = (name: string, value: string) => {
  const rest = ` ${name}=${value}\n`
  const digits = [1, 2, 3, 4].find((count) => `${rest.length + count}`.length === count) as number
  return `${rest.length + digits}${rest}`
}

async function* chunksOf(bytes: Uint8Array, step: number) {
  for (let at = 0; at < bytes.length; at += step) yield bytes.subarray(at, at + step)
}

async function read(parts: readonly Uint8Array[], step = 700, limit = 2000): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  await readTar(chunksOf(Buffer.concat(parts), step), {
    limit: (path) => (path.startsWith('skip') ? undefined : limit),
    take(path, bytes) {
      found[path] = new TextDecoder().decode(bytes)
    },
  })
  return found
}

describe('readTar', () => {
  it.each([1, 511, 512, 513, 100_000])('reads what others write, in chunks of %d', async (step) => {
    const archive = pack()
    const long = `${'deep/'.repeat(60)}file`
    archive.entry({ name: 'folder', type: 'directory' })
    archive.entry({ name: 'one' }, 'first')
    archive.entry({ name: long }, 'x'.repeat(513))
    archive.entry({ name: 'link', type: 'symlink', linkname: 'one' })
    archive.entry({ name: 'skip' }, 'y'.repeat(3000))
    archive.finalize()
    const chunks: Buffer[] = []
    for await (const chunk of archive) chunks.push(chunk as Buffer)
    expect(await read(chunks, step)).toEqual({ one: 'first', [long]: 'x'.repeat(513) })
  })

  it('reads names of GNU and pax, prefixes, sizes in base 256, and an archive without its end', async () => {
    const big = Uint8Array.of(0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2)
    const gnu = [entry({ name: '@', type: 'L', text: 'of/gnu\0' }), entry({ name: 'cut', text: '1' })]
    const posix = [pax(record('path', 'of/pax') + record('size', '3')), entry({ name: 'cut', text: '123', size: '0' })]
    const others = [entry({ name: 'c', prefix: 'a/b', text: '4' }), entry({ name: 'd', text: '56', size: big })]
    expect(await read([...gnu, ...posix, ...others])).toEqual({
      'of/gnu': '1',
      'of/pax': '123',
      'a/b/c': '4',
      d: '56',
    })
  })

  it('takes no data of folders, whatever size they claim, and no names of global headers', async () => {
    const folder = entry({ name: 'folder', type: '5', size: '77777777777 ' })
    const global = pax(record('path', 'other') + record('comment', 'no'), 'g')
    expect(await read([folder, global, entry({ name: 'file', text: 'x' }), end])).toEqual({ file: 'x' })
  })

  it('takes no links, devices and pipes, and ends where they claim data that is not there', async () => {
    const kinds = ['1', '2', '3', '4', '6']
    const honest = kinds.map((type) => entry({ name: `l${type}`, type }))
    expect(await read([...honest, entry({ name: 'file', text: 'x' }), end])).toEqual({ file: 'x' })
    for (const type of kinds)
      await expect(read([entry({ name: 'l', type, size: '77777777777 ' }), end])).rejects.toThrow(/end of data/)
  })

  it('passes over sparse files and unknown kinds, and refuses one that is wanted', async () => {
    const kinds = ['S', 'V', '~']
    const skipped = kinds.map((type) => entry({ name: 'skip', type, text: 'x' }))
    expect(await read([...skipped, entry({ name: 'a', text: 'x' }), end])).toEqual({ a: 'x' })
    for (const type of kinds) await expect(read([entry({ name: 'b', type, text: 'x' }), end])).rejects.toThrow(/sparse/)
    await expect(read([pax(record('GNU.sparse.major', '1')), entry({ name: 'b' }), end])).rejects.toThrow(/sparse/)
  })

  const bytes = (...values: number[]) => Uint8Array.from({ length: 12 }, (_, i) => values[i] ?? 0)
  it.each([
    ['a size after 81', [entry({ name: 'a', size: bytes(0x81) })], /the size null of the entry a/],
    ['such a size of what is skipped', [entry({ name: 'skip', size: bytes(0x81) })], /the size null/],
    ['a size beyond all numbers', [entry({ name: 'a', size: bytes(0x80, 0xff, 0xff, 0xff) })], /size 3\.09\d*e\+26/],
    ['more bytes than allowed', [entry({ name: 'a', size: '77777777777 ' })], /8589934591 bytes/],
    ['an entry twice', [entry({ name: 'a' }), entry({ name: 'a' }), end], /entry a twice/],
    ['a pax size that is none', [pax(record('size', '1e3')), entry({ name: 'a' })], /"1e3"/],
    ['a long path', [pax(record('path', 'p'.repeat(4097))), entry({ name: 'a' })], /path of 4097 characters/],
  ])('refuses %s', async (_, parts, message) => {
    await expect(read(parts)).rejects.toThrow(message)
    await expect(read(parts)).rejects.toBeInstanceOf(TarFault)
  })

  it.each([
    ['a negative size', [entry({ name: 'a', size: bytes(0xff) })], /Invalid header/],
    ['a size with a sign', [entry({ name: 'a', size: '-0000000001 ' })], /Invalid header/],
    ['a size without digits', [entry({ name: 'a', size: 'size         ' })], /Invalid header/],
    ['an end inside an entry', [entry({ name: 'a', size: '00000001000 ' })], /end of data/],
    ['an end inside what is skipped', [entry({ name: 'skip', size: '77777777777 ' })], /end of data/],
    ['an end inside a header', [entry({ name: 'a' }).subarray(0, 300)], /end of data/],
    ['a wrong checksum', [Buffer.from(entry({ name: 'a' }).fill(0x62, 0, 1))], /Invalid tar header/],
    ['something else', [Buffer.from('text '.repeat(200))], /Invalid tar header/],
    ['a long extended header', [entry({ name: 'p', type: 'x', size: '00100000000 ' })], /exceeds max size/],
    ['an end inside an extended header', [entry({ name: 'p', type: 'x', size: '00010000000 ' })], /end of data/],
    ['an extended header whose size is none', [entry({ name: 'p', type: 'x', size: bytes(0x81) })], /end of data/],
    ['a GNU name whose size is negative', [entry({ name: 'p', type: 'L', size: '-0000001000 ' })], /end of data/],
  ])('ends with the error of tar-stream at %s', async (_, parts, message) => {
    await expect(read(parts)).rejects.toThrow(message)
  })

  it.each([
    ['a size of other digits', [entry({ name: 'a', size: '00000000009 ' })], { a: '' }],
    ['a record without its end', [pax('99 path=b'), entry({ name: 'a' })], { b: '' }],
    ['a record of length 0', [pax('0 path=b\n'), entry({ name: 'a' })], { a: '' }],
    ['a record of negative length', [pax('-5 path=b\n'), entry({ name: 'a' })], { a: '' }],
    ['a record without a value', [pax('7 path\n'), entry({ name: 'a' })], { a: '' }],
  ])('ends after %s, which tar-stream reads as far as it can', async (_, parts, found) => {
    expect(await read(parts)).toEqual(found)
  })

  it('refuses entries without end', async () => {
    const one = entry({ name: 'skip' })
    async function* many() {
      for (let i = 0; i < 200; i++) yield Buffer.concat(Array.from({ length: 1000 }, () => one))
    }
    await expect(readTar(many(), { limit: () => undefined, take: () => {} })).rejects.toThrow(
      /more than 100000 entries/,
    )
  })

  it('ends for any change of a header, with the entries or with an error', async () => {
    const whole = Buffer.concat([
      pax(record('path', 'p')),
      entry({ name: 'a', text: 'x'.repeat(600) }),
      entry({ name: '@', type: 'L', text: 'long' }),
      entry({ name: 'b', text: 'y' }),
      end,
    ])
    const changes = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(changes, fc.nat(whole.length), fc.integer({ min: 1, max: 3000 }), async (list, cut, step) => {
        const changed = Buffer.from(whole)
        for (const [at, value] of list) changed[at] = value
        for (const at of [0, 1024, 2560, 3584]) withChecksum(changed, at)
        await read([cut % 3 === 0 ? changed.subarray(0, cut) : changed], step).catch((error: unknown) => {
          expect(error).toBeInstanceOf(Error)
        })
      }),
      { numRuns: 500 },
    )
  })
})
