// Files that were cut short are found by their ends; complete ones never are, whatever follows them.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { expect, it } from 'vitest'
import { BrokenPicturesError } from '../errors.ts'
import { temporaryFolder } from '../testing/archives.ts'
import { findIncomplete } from './completeness.ts'
import { openImages } from './images.ts'

const noise = Uint8Array.from({ length: 60 * 40 * 3 }, (_, i) => Math.imul(i + 1, 0x9e3779b9) >>> 24)
const picture = () => sharp(noise, { raw: { width: 60, height: 40, channels: 3 } })

it.each(['jpeg', 'png', 'gif', 'webp', 'avif'] as const)(
  'finds a %s that is cut short, and no whole one',
  async (format) => {
    const folder = await temporaryFolder()
    const whole = await picture().toFormat(format).toBuffer()
    // Cameras and programs write behind the end of some formats; padding is the mildest of it.
    const padded = format === 'webp' || format === 'avif' ? whole : Buffer.concat([whole, Buffer.alloc(100)])
    const files = {
      whole,
      padded,
      'cut at its end': whole.subarray(0, -20),
      'cut in the middle': whole.subarray(0, whole.length >> 1),
      'only a header': whole.subarray(0, 20),
      empty: whole.subarray(0, 0),
    }
    const entries = Object.keys(files).map((name) => ({ file: join(folder, name), label: 0 }))
    for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, name), bytes)
    const seen: number[] = []
    const found = await findIncomplete(entries, { onProgress: ({ checked, total }) => seen.push(checked, total) })
    const named = [...found.keys()].map(({ file }) => file.slice(folder.length + 1))
    expect(named).toEqual(['cut at its end', 'cut in the middle', 'empty', 'only a header'])
    expect(seen.at(-2)).toBe(6)
  },
)

it('names them before anything is decoded, or leaves them out and says so', async () => {
  const folder = await temporaryFolder()
  const whole = await picture().jpeg().toBuffer()
  await mkdir(join(folder, 'cat'))
  for (let i = 0; i < 30; i++)
    await writeFile(join(folder, 'cat', `${i}.jpg`), i === 17 ? whole.subarray(0, -40) : whole)
  let decoded = 0
  const size = { height: 8, width: 8, channels: 3 }
  const options = { size, onProgress: () => decoded++ }
  const opening = openImages(folder, options)
  await expect(opening).rejects.toBeInstanceOf(BrokenPicturesError)
  await expect(opening).rejects.toThrow(/1 of the 30 images[\s\S]*17\.jpg: damaged or cut short[\s\S]*--skip-bad/)
  expect(decoded).toBe(0)
  const broken: string[] = []
  const { train, test, notices } = await openImages(folder, { ...options, onBroken: ({ file }) => broken.push(file) })
  expect(broken).toEqual([join(folder, 'cat', '17.jpg')])
  expect(train.count + test.count).toBe(29)
  expect(notices.map(({ message }) => message).join()).toMatch(/1 image cannot be read and is left out: .*17\.jpg/)
})
