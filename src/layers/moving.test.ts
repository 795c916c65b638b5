/** Layers that move values: volumes, values that other systems give, receptive fields, and what each refuses. */

import { describe, expect, it } from 'vitest'
import { printVolume, volumeSize } from '../core/shapes.ts'
import { Model } from '../model/model.ts'
import { receptiveFields } from '../network/receptiveField.ts'
import { inferVolumes } from '../network/volumes.ts'
import { parse } from '../notation/parse.ts'
import { print } from '../notation/print.ts'

const volumeOf = (text: string) =>
  printVolume(inferVolumes(parse(text)).at(-1)?.output ?? { height: 0, width: 0, channels: 0 })

/** What a network makes of an image of 0, 1, 2, …; two images, so that nothing leaks into the next. */
async function outputOf(text: string, backend: 'wasm' | 'reference'): Promise<readonly number[]> {
  await using model = await Model.create(parse(text), { backend, threads: 1 })
  const size = volumeSize(model.input)
  const images = Float32Array.from({ length: 2 * size }, (_, i) => (i < size ? -1 : i - size))
  const all = await model.predict(images)
  return [...all.slice(all.length / 2)]
}

describe('volumes', () => {
  it.each([
    ['INPUT 5x7x6 -> SLICE-2 from4', '5×7×2'],
    ['INPUT 5x7x6 -> SHUFFLE g3', '5×7×6'],
    ['INPUT 5x7x6 -> PAD p1,2,3,4', '9×13×6'],
    ['INPUT 5x7x6 -> PAD p4x6 reflect', '13×19×6'],
    ['INPUT 5x7x6 -> CROP p1,2,0,1', '4×4×6'],
    ['INPUT 5x7x6 -> CROP to2x3', '2×3×6'],
    ['INPUT 5x7x6 -> UPSAMPLE2x3', '10×21×6'],
    ['INPUT 5x7x6 -> UPSAMPLE to3 bilinear', '3×3×6'],
    ['INPUT 5x7x8 -> PIXELSHUFFLE2', '10×14×2'],
    ['INPUT 4x6x3 -> PIXELUNSHUFFLE2x3', '2×2×18'],
    ['INPUT 5x7x6 -> FLATTEN', '1×1×210'],
    ['INPUT 5x7x6 -> RESHAPE 3x2x35', '3×2×35'],
  ])('%s', (text, volume) => {
    expect(volumeOf(text)).toBe(volume)
    expect(print(parse(text))).toBe(text)
  })
})

describe.each(['reference', 'wasm'] as const)('values on %s', (backend) => {
  it.each<[string, readonly number[]]>([
    ['INPUT 1x1x6 -> SLICE-2 from3', [3, 4]],
    // torch.nn.functional.channel_shuffle of 6 channels
    ['INPUT 1x1x6 -> SHUFFLE g2', [0, 3, 1, 4, 2, 5]],
    ['INPUT 1x1x6 -> SHUFFLE g3', [0, 2, 4, 1, 3, 5]],
    ['INPUT 1x3x1 -> PAD p0x2 reflect', [2, 1, 0, 1, 2, 1, 0]],
    ['INPUT 1x3x1 -> PAD p0,2,0,1 edge', [0, 0, 0, 1, 2, 2]],
    ['INPUT 2x2x1 -> PAD p1,0,0,1', [0, 0, 0, 0, 1, 0, 2, 3, 0]],
    ['INPUT 4x5x1 -> CROP p1,2,2,0', [7, 8, 9]],
    // An odd rest: one more is cut off the bottom and the right.
    ['INPUT 4x4x1 -> CROP to1', [5]],
    ['INPUT 1x2x2 -> UPSAMPLE2', [0, 1, 0, 1, 2, 3, 2, 3, 0, 1, 0, 1, 2, 3, 2, 3]],
    ['INPUT 1x3x1 -> UPSAMPLE1x2 bilinear', [0, 0.25, 0.75, 1.25, 1.75, 2]],
    ['INPUT 1x3x1 -> UPSAMPLE to1x5 corners', [0, 0.5, 1, 1.5, 2]],
    // torch.nn.PixelShuffle(2) of channels 0 to 7, whose results at (y, x) are [c0, c1]
    ['INPUT 1x1x8 -> PIXELSHUFFLE2', [0, 4, 1, 5, 2, 6, 3, 7]],
    // tf.nn.depth_to_space
    ['INPUT 1x1x8 -> PIXELSHUFFLE2 dcr', [0, 1, 2, 3, 4, 5, 6, 7]],
    ['INPUT 2x2x2 -> PIXELUNSHUFFLE2', [0, 2, 4, 6, 1, 3, 5, 7]],
    ['INPUT 2x2x2 -> PIXELUNSHUFFLE2 dcr', [0, 1, 2, 3, 4, 5, 6, 7]],
    ['INPUT 1x2x3 -> FLATTEN', [0, 1, 2, 3, 4, 5]],
    ['INPUT 1x2x3 -> FLATTEN chw', [0, 3, 1, 4, 2, 5]],
    ['INPUT 1x1x6 -> RESHAPE 1x2x3', [0, 1, 2, 3, 4, 5]],
    // torch: x.view(3, 1, 2), whose [c, 0, x] is 2c + x
    ['INPUT 1x1x6 -> RESHAPE 1x2x3 chw', [0, 2, 4, 1, 3, 5]],
  ])('%s', async (text, values) => {
    expect(await outputOf(text, backend)).toEqual(values)
  })

  it.each([
    'SHUFFLE g3 -> SHUFFLE g4',
    'PIXELSHUFFLE2 -> PIXELUNSHUFFLE2',
    'PIXELUNSHUFFLE3x1 dcr -> PIXELSHUFFLE3x1 dcr',
  ])('%s changes nothing', async (words) => {
    expect(await outputOf(`INPUT 3x5x12 -> ${words}`, backend)).toEqual(Array.from({ length: 180 }, (_, i) => i))
  })

  it('FLATTEN chw and RESHAPE chw are inverse', async () => {
    const text = 'INPUT 3x5x12 -> FLATTEN chw -> RESHAPE 3x5x12 chw'
    expect(await outputOf(text, backend)).toEqual(Array.from({ length: 180 }, (_, i) => i))
  })
})

describe('receptive fields', () => {
  it.each<[string, object]>([
    ['PAD p2,1,0,0 reflect -> CONV3-1 p0', { size: [3, 3], stride: [1, 1], start: [-2, -1] }],
    ['CROP p3,1,0,0 -> CONV3-1 s2', { size: [3, 3], stride: [2, 2], start: [2, 0] }],
    ['UPSAMPLE2 -> CONV3-1', { size: [2, 2], stride: [0.5, 0.5], start: [-1, -1] }],
    ['UPSAMPLE2 bilinear', { size: [2, 2], stride: [0.5, 0.5], start: [-1, -1] }],
    ['PIXELUNSHUFFLE2', { size: [2, 2], stride: [2, 2], start: [0, 0] }],
    ['FLATTEN', { size: [8, 8], stride: [0, 0], start: [0, 0] }],
    // Branches that do not share a centre.
    ['CONCAT(CROP p0,0,2,2 | CROP p2,2,0,0)', { size: [3, 3], stride: [1, 1], start: [0, 0] }],
  ])('of %s', (words, field) => {
    const nodes = inferVolumes(parse(`INPUT 8x8x4 -> ${words}`))
    expect(receptiveFields(nodes).get(nodes.at(-1)?.node.name ?? '')).toEqual(field)
  })

  // Position i is between inputs ⌊s⌋ and ⌊s⌋ + 1: none of them may be missing.
  it.each(['bilinear', 'corners'])('of %s holds every tap', (mode) => {
    for (const factor of [2, 3, 4, 5]) {
      const nodes = inferVolumes(parse(`INPUT 1x6x1 -> u: UPSAMPLE1x${factor} ${mode}`))
      const { start, size } = receptiveFields(nodes).get('u') ?? { start: [0, 0], size: [0, 0] }
      for (let i = 0; i < 6 * factor; i++) {
        const exact = mode === 'corners' ? (i * 5) / (6 * factor - 1) : (i + 0.5) / factor - 0.5
        const [low, high] = [Math.max(Math.floor(exact), 0), Math.min(Math.ceil(exact), 5)]
        expect(Math.floor(i / factor) + start[1]).toBeLessThanOrEqual(low)
        expect(Math.ceil(i / factor) + start[1] + size[1] - 1).toBeGreaterThanOrEqual(high)
      }
    }
  })
})

describe('what does not fit', () => {
  it.each([
    ['SLICE-3 from2', /not enough channels.*channels 2 to 4 of 4.*at least 5 channels/s],
    ['SLICE-0', /SLICE takes a number of channels/],
    ['SHUFFLE', /needs the number of groups/],
    ['SHUFFLE g3', /4 channels in 3 groups.*a multiple of 3/s],
    ['PAD reflect', /PAD needs the padding.*no p reflect/s],
    ['PAD p1 reflect edge', /takes reflect or edge/],
    ['PAD p8 reflect', /narrower than the image.*at most 7 rows and 7 columns/s],
    ['CROP', /rows and columns to cut off, or a size.*neither/s],
    ['CROP p1 to4', /rows and columns to cut off, or a size.*both/s],
    ['CROP p4', /too small for this CROP.*at least 9 rows and 9 columns/s],
    ['CROP to4x9', /too small for this CROP.*at least 4×9/s],
    ['UPSAMPLE', /a factor or a size/],
    ['UPSAMPLE2 to16', /a factor or a size/],
    ['UPSAMPLE2 bilinear corners', /takes a factor or a size, and bilinear or corners/],
    ['PIXELSHUFFLE3', /4 channels for 3×3 pixels.*a multiple of 9/s],
    ['PIXELUNSHUFFLE3', /8×8 in blocks of 3×3.*multiples of 3 rows.*PAD or CROP/s],
    ['RESHAPE 4x4x4', /8×8×4 \(256 values\) as 4×4×4 \(64\).*product is 256/s],
    ['RESHAPE 0x4x4', /at height: must be a whole number, at least 1/],
  ])('%s', (word, message) => {
    expect(() => parse(`INPUT 8x8x4 -> ${word}`)).toThrow(message)
  })
})
