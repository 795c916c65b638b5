// Drawings of what is inside: tiles, histograms, patches, and the page of a feature space.

import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { activationTiles } from './activationTiles.ts'
import { colorAt } from './colors.ts'
import { filterTiles } from './filters.ts'
import { histogramSvg } from './histogram.ts'
import { patchSheet } from './patches.ts'
import { shrunk } from './picture.ts'
import type { Picture } from './png.ts'
import { gridPlaces } from './space/grid.ts'
import { spacePage } from './space/page.ts'
import { script, scriptHash } from './space/script.ts'
import { thumbnail } from './space/thumbnails.ts'

const at = ({ pixels, width }: Picture, x: number, y: number) => [
  ...pixels.subarray(4 * (y * width + x), 4 * (y * width + x) + 4),
]

describe('tiles of filters', () => {
  it('say which filter and channel each is, and how many are left out', () => {
    const shape = [1, 1, 40, 300]
    const { tiles, says } = filterTiles(new Float32Array(12_000), shape)
    expect(says).toBe('8 of 300 filters of 1×1×40, 32 of 40 channels each')
    expect(tiles).toHaveLength(256)
    expect(tiles[33]).toEqual({ filter: 1, channel: 1, left: 2, top: 2 })
    const chosen = filterTiles(new Float32Array(12_000), shape, { filters: [299], channels: [39, 0], scale: 3 })
    expect(chosen.tiles.map(({ filter, channel }) => [filter, channel])).toEqual([
      [299, 39],
      [299, 0],
    ])
    expect([chosen.picture.width, chosen.picture.height]).toEqual([7, 3])
  })

  it('show a network of blue, green, red in the colors of images', () => {
    const { picture } = filterTiles([1, 0, -1], [1, 1, 3, 1], { bgr: true })
    expect(at(picture, 0, 0)).toEqual([0, 128, 255, 255])
  })

  it('refuse what there is not', () => {
    expect(() => filterTiles([1], [1, 1, 1])).toThrow(/no filters[\s\S]*\[1, 1, 1\]/)
    expect(() => filterTiles([1], [1, 1, 1, 2])).toThrow(/no filters/)
    expect(() => filterTiles([1], [1, 1, 1, 1], { filters: [1] })).toThrow(/no such filter/)
    expect(() => filterTiles([1], [1, 1, 1, 1], { scale: 0 })).toThrow(/scale/)
  })
})

describe('tiles of activations', () => {
  it('are dark at 0 and bright at the largest value of the channel', () => {
    const volume = { height: 2, width: 1, channels: 2 }
    const { picture, tiles, says } = activationTiles([0, 4, 8, 2], volume, { side: 2 })
    expect(says).toBe('2 channels of 2×1')
    expect(tiles.map(({ channel, peak, left }) => [channel, peak, left])).toEqual([
      [0, 8, 0],
      [1, 4, 4],
    ])
    expect(at(picture, 0, 0)).toEqual([...colorAt('viridis', 0), 255])
    expect(at(picture, 0, 1)).toEqual([...colorAt('viridis', 1), 255])
    expect(at(picture, 4, 0)).toEqual([...colorAt('viridis', 1), 255])
    const layer = activationTiles([0, 4, 8, 2], volume, { side: 2, scale: 'layer' })
    expect(at(layer.picture, 4, 0)).toEqual([...colorAt('viridis', 0.5), 255])
  })

  it('show signs where there are some, and what is not finite in magenta', () => {
    const { picture } = activationTiles([-1, 0, Number.NaN], { height: 1, width: 3, channels: 1 }, { side: 3 })
    expect([0, 1, 2].map((x) => at(picture, x, 0))).toEqual([
      [...colorAt('signed', 0), 255],
      [...colorAt('signed', 0.5), 255],
      [255, 0, 255, 255],
    ])
  })

  it('of 2,048 channels are the strongest, and say so; of one position all of them', () => {
    const values = Float32Array.from({ length: 2048 * 4 }, (_, index) => index % 2048)
    const map = activationTiles(values, { height: 2, width: 2, channels: 2048 })
    expect(map.tiles).toHaveLength(64)
    expect(map.tiles[0]?.channel).toBe(2047)
    expect(map.says).toBe('64 of 2,048 channels of 2×2, those with the largest values')
    const point = activationTiles(values.subarray(0, 2048), { height: 1, width: 1, channels: 2048 })
    expect(point.tiles).toHaveLength(2048)
    // One scale for all: a tile of its own scale would say nothing.
    const [first, last] = [point.tiles[0], point.tiles.at(-1)]
    expect(at(point.picture, first?.left ?? 0, first?.top ?? 0)).toEqual([...colorAt('viridis', 0), 255])
    expect(at(point.picture, last?.left ?? 0, last?.top ?? 0)).toEqual([...colorAt('viridis', 1), 255])
  })

  it('of large maps are means of squares', () => {
    const values = Float32Array.from({ length: 16 }, (_, index) => index)
    const { picture, says, width } = activationTiles(values, { height: 4, width: 4, channels: 1 }, { side: 2 })
    expect([width, picture.width]).toEqual([2, 2])
    expect(says).toBe('1 channel of 4×4; each pixel is the mean of 2×2 values')
    expect(at(picture, 0, 0)).toEqual([...colorAt('viridis', 2.5 / 15), 255])
  })

  it('refuse what is not the layer’s', () => {
    const volume = { height: 1, width: 1, channels: 2 }
    expect(() => activationTiles([1], volume)).toThrow(/not the values of the layer[\s\S]*1×1×2/)
    expect(() => activationTiles([1, 2], volume, { channels: [2] })).toThrow(/no such channel/)
    expect(() => activationTiles([1, 2], volume, { colors: 'jet' as 'gray' })).toThrow(/no such scale/)
  })
})

describe('a histogram', () => {
  it('has a bar for each bin with values, in words, too, and an outline of what was before', () => {
    const svg = histogramSvg(
      { from: -1, to: 1, counts: [1, 0, 3] },
      { title: '<conv1>', before: { counts: [2, 1, 1], says: 'at the start' } },
    )
    expect(svg.match(/<rect/g)).toHaveLength(2)
    expect(svg).toContain('0.33 to 1: 3')
    expect(svg).toContain('&lt;conv1&gt;')
    expect(svg).toContain('at the start')
    expect(histogramSvg({ from: 0, to: 1, counts: [] }, { title: 'empty' })).toContain('<svg')
  })
})

describe('a sheet of patches', () => {
  it('has a row for each unit, in the middle of gray', () => {
    const images = { height: 2, width: 2, channels: 1, images: Uint8Array.of(10, 20, 30, 40) }
    const patch = { index: 0, value: 1, row: 0, column: 0, top: 0, left: 1, height: 1, width: 1 }
    const wide = { ...patch, left: 0, height: 1, width: 2 }
    const sheet = patchSheet(images, [
      { channel: 0, patches: [patch, wide] },
      { channel: 1, patches: [] },
    ])
    expect([sheet.width, sheet.height]).toEqual([131, 131])
    expect(at(sheet, 0, 0)).toEqual([20, 20, 20, 255])
    expect([at(sheet, 67, 0), at(sheet, 130, 0), at(sheet, 67, 40), at(sheet, 0, 70)].map(([red]) => red)).toEqual([
      10, 20, 128, 128,
    ])
    expect(patchSheet(images, [])).toMatchObject({ width: 64, height: 64 })
  })
})

describe('small pictures', () => {
  const picture: Picture = {
    width: 4,
    height: 2,
    pixels: Uint8Array.from({ length: 32 }, (_, index) => (index % 4 === 3 ? 255 : Math.floor(index / 4) * 10)),
  }

  it('are the center, averaged', () => {
    expect(at(thumbnail(picture, 1), 0, 0)).toEqual([35, 35, 35, 255])
    expect(at(thumbnail(picture, 4), 3, 3)).toEqual([60, 60, 60, 255])
  })

  it('keep their aspect where they are shrunk', () => {
    expect(shrunk(picture, 4)).toBe(picture)
    const small = shrunk(picture, 3)
    expect([small.width, small.height]).toEqual([2, 1])
    expect(at(small, 0, 0)).toEqual([25, 25, 25, 255])
  })
})

describe('a grid of points', () => {
  it('has a cell for each, and keeps their order', () => {
    // A 3×3 lattice, shuffled, and stretched.
    const lattice = [4, 0, 8, 2, 6, 1, 7, 3, 5]
    const { columns, rows, cells } = gridPlaces(lattice.flatMap((cell) => [10 * (cell % 3), Math.floor(cell / 3) ** 3]))
    expect([columns, rows]).toEqual([3, 3])
    expect(cells).toEqual(lattice)
  })

  it('gives every point of any number a cell of its own', () => {
    for (const count of [1, 2, 3, 5, 8, 17, 101]) {
      const { columns, rows, cells } = gridPlaces(Array.from({ length: 2 * count }, (_, i) => (i * 7919) % 101))
      expect(new Set(cells).size).toBe(count)
      expect(Math.max(...cells)).toBeLessThan(columns * rows)
    }
  })
})

describe('the page of a feature space', () => {
  const image = (group: number) => ({
    picture: { width: 1, height: 1, pixels: Uint8Array.of(9, 9, 9, 255) },
    label: '</script><script>alert(1)</script>',
    group,
  })
  const page = {
    title: 'Space',
    subtitle: '2 images',
    images: [image(0), image(1)],
    groups: ['<b>cat</b>', 'dog'],
    maps: [{ name: 'PCA', points: [0, 0, 1, 1] }],
    neighbors: [[{ index: 1, distance: 0.5 }], []],
  }

  it('runs its own script only, loads nothing, and keeps names text', () => {
    expect(scriptHash).toBe(`sha256-${createHash('sha256').update(script).digest('base64')}`)
    const html = spacePage(page)
    expect(html).toContain(`default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src '${scriptHash}'`)
    expect(html).not.toMatch(/https?:/)
    expect(html.match(/<script/g)).toHaveLength(2)
    expect(html).not.toContain('<b>cat')
    const data = JSON.parse(/id="space">(.*?)<\/script>/s.exec(html)?.[1] ?? '') as {
      maps: { points: number[] }[]
      neighbors: unknown
    }
    // Up is up: the second point lies above the first.
    expect(data.maps[0]?.points).toEqual([4, 96, 96, 4])
    expect(data.maps).toHaveLength(2)
    expect(data.neighbors).toEqual([[[1, '0.500']], []])
  })

  it('refuses no images, too many, and maps of other images', () => {
    expect(() => spacePage({ ...page, images: [] })).toThrow(/1 to 1000/)
    expect(() => spacePage({ ...page, images: Array.from({ length: 1001 }, () => image(0)) })).toThrow(/1,001 images/)
    expect(() => spacePage({ ...page, maps: [] })).toThrow(/no map/)
    expect(() => spacePage({ ...page, maps: [{ name: 'PCA', points: [1] }] })).toThrow(/PCA: 1 values/)
  })
})
