// A folder of small JPEGs, a color for each class, as the documentation's examples need one.

import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { Random } from '../../src/core/random.ts'

/** Writes `folder/class/1.jpg` and so on; sizes differ, as those of real photos do. */
export async function writePhotos(folder: string, classes: readonly string[], count: number): Promise<void> {
  const random = Random.seeded(1)
  for (const [index, name] of classes.entries()) {
    await mkdir(join(folder, name), { recursive: true })
    for (let picture = 1; picture <= count; picture++) {
      const [width, height] = [24 + (picture % 5), 20 + (picture % 7)]
      const color = [0, 1, 2].map((channel) => ((index + 1) & (1 << channel) ? 200 : 60))
      const pixels = Uint8Array.from(
        { length: width * height * 3 },
        (_, at) => (color[at % 3] ?? 0) + random.integer(40),
      )
      await sharp(pixels, { raw: { width, height, channels: 3 } })
        .jpeg()
        .toFile(join(folder, name, `${picture}.jpg`))
    }
  }
}
