/** Image files of many kinds, and what Lenslet makes of them for networks: python/check_images.py compares Pillow's. */

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { Random } from '../../src/core/random.ts'
import { decodeImage } from '../../src/data/node/decode.ts'
import type { Preprocessing } from '../../src/data/preprocessing.ts'
import { preparation } from '../../src/exchange/torch/recipeOf.ts'
import { writeSafetensors } from '../../src/model/safetensors.ts'

interface Case {
  readonly size: { readonly height: number; readonly width: number; readonly channels: 1 | 3 }
  readonly preprocessing: Preprocessing
}

const color = { height: 9, width: 12, channels: 3 } as const
const gray = { height: 10, width: 7, channels: 1 } as const

const cases: readonly Case[] = [
  { size: color, preprocessing: {} },
  { size: gray, preprocessing: {} },
  { size: color, preprocessing: { resize: { kind: 'shorter', side: 14 }, interpolation: 'bicubic' } },
  { size: gray, preprocessing: { resize: { kind: 'both' }, interpolation: 'lanczos' } },
  { size: color, preprocessing: { resize: { kind: 'both', height: 11, width: 13 }, interpolation: 'box' } },
  { size: color, preprocessing: { resize: { kind: 'within' }, interpolation: 'nearest', fill: [10, 200, 30] } },
  { size: gray, preprocessing: { resize: { kind: 'none' }, fill: [10, 200, 30] } },
]

/** Lossless, so that decoders agree to the bit: with color, gray, alpha, a palette, 16 bits, and turned by EXIF. */
async function files(): Promise<ReadonlyMap<string, Buffer>> {
  const random = Random.seeded(1, 'photos')
  const raw = (height: number, width: number, channels: 1 | 2 | 3 | 4) =>
    sharp(
      Uint8Array.from({ length: height * width * channels }, () => random.integer(256)),
      { raw: { height, width, channels } },
    )
  const deep = Uint16Array.from({ length: 16 * 9 }, () => random.integer(65536))
  return new Map([
    ['large.png', await raw(37, 50, 3).png().toBuffer()],
    ['small.png', await raw(5, 4, 3).png().toBuffer()],
    ['gray.png', await raw(21, 30, 1).png().toBuffer()],
    ['alpha.png', await raw(18, 15, 4).png().toBuffer()],
    ['gray-alpha.png', await raw(18, 15, 2).png().toBuffer()],
    ['palette.png', await raw(16, 16, 3).png({ palette: true, colours: 16 }).toBuffer()],
    [
      'deep.png',
      await sharp(deep, { raw: { height: 9, width: 16, channels: 1 } })
        .toColourspace('grey16')
        .png()
        .toBuffer(),
    ],
    ['turned.png', await raw(12, 20, 3).withMetadata({ orientation: 6 }).png().toBuffer()],
    ['animal.webp', await raw(14, 17, 3).webp({ lossless: true }).toBuffer()],
  ])
}

export async function writePhotos(folder: string): Promise<number> {
  const written = await files()
  await mkdir(join(folder, 'files'), { recursive: true })
  for (const [name, bytes] of written) await writeFile(join(folder, 'files', name), bytes)
  const expected = new Map<string, { shape: readonly number[]; values: Float32Array }>()
  for (const [index, { size, preprocessing }] of cases.entries())
    for (const [name, bytes] of written) {
      const pixels = await decodeImage(bytes, { ...size, preprocessing })
      expected.set(`${index}/${name}`, {
        shape: [size.height, size.width, size.channels],
        values: Float32Array.from(pixels),
      })
    }
  await writeFile(join(folder, 'expected.safetensors'), writeSafetensors(expected, {}))
  const described = cases.map(({ size, preprocessing }) => ({ size, prepare: preparation(preprocessing) }))
  await writeFile(join(folder, 'cases.json'), JSON.stringify(described))
  return expected.size
}
