/** Images, as libvips decodes them: a row for each format that people have. */

import { crc32 } from 'node:zlib'
import type { Random } from '../../../src/core/random.ts'
import { decodePicture } from '../../../src/data/node/decode.ts'
import { MemoryBudget } from '../../../src/data/node/memory.ts'
import { expectThat } from '../row.ts'
import { edges, mutateBytes } from './bytes.ts'
import { encode, type Format, pick } from './format.ts'

const size = { height: 8, width: 8, channels: 3 } as const
/** Bytes that decoding may take. */
const budget = 2 ** 28

function imageFormat(name: string, make: () => Promise<readonly Uint8Array[]>, mutate = mutateBytes): Format {
  return {
    name,
    // libvips keeps threads and caches besides.
    memory: budget / 2 ** 20 + 256,
    short: 200,
    async prepare() {
      const good = await make()
      return {
        good,
        draw: (random) => mutate(random, good),
        async read(bytes) {
          const { pixels } = await decodePicture(bytes, size, { memory: new MemoryBudget(budget) })
          expectThat(pixels.length === 192, `${pixels.length} values came out`)
        },
      }
    },
  }
}

/** A small image with noise, in color and in gray, by sharp. */
async function drawn() {
  const { default: sharp } = await import('sharp')
  const [width, height] = [13, 11]
  return ([1, 3, 4] as const).map((channels) => {
    const pixels = Uint8Array.from({ length: width * height * channels }, (_, i) => (i * 37 + (i >> 3) * 11) % 256)
    return sharp(pixels, { raw: { width, height, channels } })
  })
}

type Writer = Awaited<ReturnType<typeof drawn>>[number]
const written = (write: (image: Writer) => Writer) => async () =>
  Promise.all((await drawn()).map((image) => write(image).toBuffer()))

/** PNG: sides of the header from the edges, then the checksums of all chunks made true again. */
function mutatePng(random: Random, good: readonly Uint8Array[]): Uint8Array {
  const isWhole = random.integer(3) === 0
  const out = Uint8Array.from(isWhole ? pick(random, good) : mutateBytes(random, good))
  const view = new DataView(out.buffer)
  if ((isWhole || random.integer(6) === 0) && out.length > 24)
    view.setUint32(pick(random, [16, 20]), pick(random, edges))
  if (random.integer(5) === 0) return out
  for (let at = 8; at + 12 <= out.length; ) {
    const end = at + 8 + view.getUint32(at)
    if (end + 4 > out.length) break
    view.setUint32(end, crc32(out.subarray(at + 4, end)))
    at = end + 4
  }
  return out
}

const svgs = async () =>
  [
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="5" height="5" fill="red"/></svg>',
    '<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>&x;</text></svg>',
    '<svg xmlns="http://www.w3.org/2000/svg" width="1e9" height="1e9"><image href="/etc/passwd"/></svg>',
    'P6 2 2 255 abcdefghijkl',
    'BM\u0000\u0000\u0000\u0000',
    '%PDF-1.4',
    'GIF87a',
  ].map(encode)

export const imageFormats = [
  imageFormat(
    'PNG',
    written((image) => image.png()),
    mutatePng,
  ),
  imageFormat(
    'JPEG',
    written((image) => image.removeAlpha().jpeg()),
  ),
  imageFormat(
    'WebP',
    written((image) => image.webp()),
  ),
  imageFormat(
    'GIF',
    written((image) => image.gif()),
  ),
  imageFormat(
    'TIFF',
    written((image) => image.tiff()),
  ),
  imageFormat(
    'AVIF',
    written((image) => image.avif({ effort: 0 })),
  ),
  { ...imageFormat('other images', async () => []), prepare: otherImages },
]

/** What is no image for us, whatever it is called: nothing here has to be accepted, and nothing may be read by it. */
async function otherImages() {
  const texts = await svgs()
  const fuzzer = await imageFormat('', async () => []).prepare('')
  return {
    ...fuzzer,
    draw: (random: Random) => (random.integer(8) === 0 ? pick(random, texts) : mutateBytes(random, texts)),
  }
}
