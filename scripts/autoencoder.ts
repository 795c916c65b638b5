// `npm run autoencoder`: an autoencoder without pooling on MNIST (strided convolutions down, transposed ones up), and principal
// components with a code of the same size. Prints the root mean square error of both on the test images, and draws some.
//
//   npm run autoencoder -- [--code 32] [--epochs 10] [--seed 0] [--train 60000] [--out autoencoder.png]
//
// The same seed gives the same network. Two minutes on two cores.

import { writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { openDataset } from '../src/data/node.ts'
import { Model, parse, train } from '../src/index.ts'
import { principalComponents } from '../src/insight/pca.ts'
import { encodePng } from '../src/inspect/png.ts'

const { values } = parseArgs({
  options: {
    code: { type: 'string', default: '32' },
    epochs: { type: 'string', default: '10' },
    seed: { type: 'string', default: '0' },
    train: { type: 'string', default: '60000' },
    out: { type: 'string', default: 'autoencoder.png' },
  },
})
const [code, epochs, seed, most] = [values.code, values.epochs, values.seed, values.train].map(Number) as [
  number,
  number,
  number,
  number,
]

const network = `INPUT 28x28x1
  -> CONV4-16 s2 p1 -> RELU -> CONV4-32 s2 p1 -> RELU -> FC-${code}
  -> FC-1568 -> RELU -> RESHAPE 7x7x32 -> TCONV4-16 s2 p1 -> RELU -> TCONV4-1 s2 p1 -> LOSS squared-error`
const pixels = 28 * 28

const mnist = await openDataset('mnist')
const count = Math.min(most, mnist.train.count)
const few = {
  ...mnist.train,
  count,
  images: mnist.train.images.subarray(0, count * pixels),
  labels: mnist.train.labels.subarray(0, count),
}
const data = { ...mnist, train: few }
const { mean, std } = data.normalization as { readonly mean: readonly [number]; readonly std: readonly [number] }

const started = process.cpuUsage()
await using model = await Model.create(parse(network), { seed })
const options = { epochs, batch: 64, optimizer: { kind: 'adam', rate: 2e-3 }, schedule: 'one-cycle', seed } as const
for await (const { kind, epoch, loss, evaluation } of train(model, data, options))
  if (kind === 'epoch')
    console.log(
      `epoch ${epoch}/${epochs}: loss ${loss.toFixed(4)}, test loss ${evaluation.loss.toFixed(4)}, in deviations of the images`,
    )
const trained = seconds(started)

const test = Float32Array.from(data.test.images, (byte) => byte / 255)
const inputs = test.map((value) => (value - mean[0]) / std[0])
const coded = (await model.predict(inputs)).map((value) => Math.min(1, Math.max(0, value * std[0] + mean[0])))

const startedComponents = process.cpuUsage()
const components = projected(few.images, test)
const took = seconds(startedComponents)

console.log(
  [
    `root mean square error over ${data.test.count} test images, with black 0 and white 255:`,
    `  autoencoder, code of ${code}: ${error(coded)} (${trained} s of processor time)`,
    `  principal components, code of ${code}: ${error(components)} (${took} s)`,
    `on ${cpus()[0]?.model ?? 'an unknown processor'}`,
  ].join('\n'),
)
await writeFile(values.out, encodePng(sheet([test, coded, components])))

function seconds(from: NodeJS.CpuUsage): string {
  const { user, system } = process.cpuUsage(from)
  return ((user + system) / 1e6).toFixed(0)
}

/** The test images from their `code` principal components, which are those of the training images. */
function projected(images: Uint8Array, from: Float32Array): Float32Array {
  const points = Float32Array.from(images, (byte) => byte / 255)
  const center = new Float64Array(pixels)
  points.forEach((value, at) => {
    center[at % pixels] = (center[at % pixels] as number) + value / count
  })
  const { directions } = principalComponents(points, count, pixels, code, { rounds: 8 })
  const result = new Float32Array(from.length)
  for (let image = 0; image < from.length / pixels; image++) {
    const sum = center.slice()
    for (let component = 0; component < code; component++) {
      const direction = directions.subarray(component * pixels, (component + 1) * pixels)
      const along = direction.reduce(
        (total, weight, i) => total + weight * ((from[image * pixels + i] as number) - (center[i] as number)),
        0,
      )
      direction.forEach((weight, i) => {
        sum[i] = (sum[i] as number) + along * weight
      })
    }
    result.set(
      sum.map((value) => Math.min(1, Math.max(0, value))),
      image * pixels,
    )
  }
  return result
}

function error(found: Float32Array): string {
  const sum = test.reduce((total, value, i) => total + (value - (found[i] as number)) ** 2, 0)
  return (255 * Math.sqrt(sum / test.length)).toFixed(2)
}

/** The first twelve images of each list, a row each, every pixel three wide. */
function sheet(rows: readonly Float32Array[]) {
  const [scale, gap, shown] = [3, 4, 12]
  const step = 28 * scale + gap
  const [width, height] = [shown * step - gap, rows.length * step - gap]
  const picture = new Uint8Array(width * height * 4).fill(255)
  rows.forEach((row, top) => {
    for (let image = 0; image < shown; image++)
      for (let y = 0; y < 28 * scale; y++)
        for (let x = 0; x < 28 * scale; x++) {
          const at = image * pixels + Math.floor(y / scale) * 28 + Math.floor(x / scale)
          const place = ((top * step + y) * width + image * step + x) * 4
          picture.fill(Math.round(255 * (row[at] as number)), place, place + 3)
        }
  })
  return { width, height, pixels: picture }
}
