/** Data sets: IDX, CIFAR-10, gzip and archives. */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { Random } from '../../../src/core/random.ts'
import { encodeCifar10Batch, parseCifar10Batches } from '../../../src/data/cifar10.ts'
import { gunzip } from '../../../src/data/gunzip.ts'
import { idxDataset } from '../../../src/data/mnist.ts'
import { readTarGz } from '../../../src/data/node/archive.ts'
import { expectThat } from '../row.ts'
import { edges, mutateBytes } from './bytes.ts'
import { type Format, pick } from './format.ts'
import { idxFile } from './idxFile.ts'
import { drawTar, honestTar } from './tar.ts'

const images = idxFile(
  [6, 5, 4],
  Uint8Array.from({ length: 120 }, (_, i) => i),
)
const labels = idxFile(
  [6],
  Uint8Array.from({ length: 6 }, (_, i) => i),
)

const idx: Format = {
  name: 'IDX',
  memory: 512,
  short: 1000,
  async prepare() {
    const files = { trainImages: images, trainLabels: labels, testImages: images, testLabels: labels }
    return {
      good: [images, gzipSync(images)],
      draw(random) {
        const kind = random.integer(4)
        if (kind === 0) return mutateBytes(random, [images])
        if (kind === 1) return mutateBytes(random, [gzipSync(images)])
        const shape = [6, 5, 4].map((side) => (random.integer(2) === 0 ? side : pick(random, edges)))
        const made = idxFile(shape.slice(0, 1 + random.integer(3)), images.subarray(16))
        return kind === 2 ? made : gzipSync(mutateBytes(random, [made]))
      },
      async read(bytes) {
        const { train } = await idxDataset({ ...files, trainImages: bytes })
        const values = train.count * train.height * train.width
        expectThat(train.images.length === values, `${train.images.length} values for ${values}`)
      },
    }
  },
}

const record = 3073

const cifar: Format = {
  name: 'CIFAR-10',
  memory: 512,
  short: 300,
  async prepare() {
    const good = [1, 3].map((count) =>
      encodeCifar10Batch({
        images: new Uint8Array(count * (record - 1)).fill(7),
        labels: new Uint8Array(count).fill(9),
      }),
    )
    return {
      good,
      draw: (random) => mutateBytes(random, good),
      read(bytes) {
        const batch = parseCifar10Batches([{ name: 'data_batch_1.bin', bytes }])
        expectThat(
          batch.labels.length * record === bytes.length,
          `${batch.labels.length} images of ${bytes.length} bytes`,
        )
        expectThat(
          batch.labels.every((label) => label <= 9),
          'a label above 9',
        )
      },
    }
  },
}

/** Bytes that the good files unpack to. */
const unpacked = 100_000

const gzip: Format = {
  name: 'gzip',
  memory: 512,
  short: 500,
  async prepare() {
    const good = [1, 6, 9].map((level) =>
      gzipSync(
        Uint8Array.from({ length: unpacked }, (_, i) => i >> 9),
        { level },
      ),
    )
    // 64 MiB of zeros in 64 kB.
    const bomb = gzipSync(new Uint8Array(2 ** 26), { level: 9 })
    return {
      good,
      draw: (random) => (random.integer(50) === 0 ? bomb : mutateBytes(random, good)),
      async read(bytes) {
        const { length } = await gunzip(bytes, unpacked, 'file.gz')
        expectThat(length === unpacked, `${length} bytes came out`)
      },
    }
  },
}

/** Of one official CIFAR-10 batch. */
const largestEntry = 30_730_000

const archive: Format = {
  name: 'tar.gz',
  memory: 768,
  short: 500,
  async prepare(folder) {
    const file = join(folder, 'archive.tar.gz')
    return {
      good: [honestTar(Random.seeded(1, 'tar'))],
      draw: drawTar,
      async read(bytes) {
        writeFileSync(file, bytes)
        await readTarGz(file, {
          limit: (path) => (path.endsWith('.bin') ? largestEntry : undefined),
          take(path, { length }) {
            expectThat(length <= largestEntry, `${path} has ${length} bytes`)
            expectThat(!path.split('/').includes('..'), `${path} leaves the archive`)
          },
        })
      },
    }
  },
}

export const dataFormats = [idx, cifar, gzip, archive]
