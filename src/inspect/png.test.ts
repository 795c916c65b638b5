// What is written is read back by another program's decoder.
import fc from 'fast-check'
import sharp from 'sharp'
import { expect, it } from 'vitest'
import { encodePng, type Picture, pngAddress } from './png.ts'

const pictures = fc
  .tuple(fc.integer({ min: 1, max: 17 }), fc.integer({ min: 1, max: 17 }))
  .chain(([width, height]) =>
    fc
      .uint8Array({ minLength: 4 * width * height, maxLength: 4 * width * height })
      .map((pixels): Picture => ({ width, height, pixels })),
  )

it('keeps every pixel', async () => {
  await fc.assert(
    fc.asyncProperty(pictures, async (picture) => {
      const { data, info } = await sharp(encodePng(picture)).raw().toBuffer({ resolveWithObject: true })
      expect([info.width, info.height, info.channels]).toEqual([picture.width, picture.height, 4])
      expect(new Uint8Array(data)).toEqual(picture.pixels)
    }),
    { numRuns: 30 },
  )
})

it('becomes an address that holds the same file', () => {
  const picture = { width: 2, height: 1, pixels: Uint8Array.of(1, 2, 3, 255, 4, 5, 6, 255) }
  const [kind, text] = pngAddress(picture).split(',') as [string, string]
  expect(kind).toBe('data:image/png;base64')
  expect(Buffer.from(text, 'base64')).toEqual(Buffer.from(encodePng(picture)))
})
