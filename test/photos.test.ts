// Photos classified as in the programs that networks come from: ONNX Runtime's answers on Pillow's crops.

import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { readModel } from '../src/exchange/read.ts'
import { Model } from '../src/model/model.ts'

const shared = ['../../shared/', '../../../shared/']
  .map((folder) => new URL(folder, import.meta.url))
  .find((folder) => existsSync(new URL('golden/photos/top5.json', folder)))

type Answers = Readonly<Record<string, readonly { readonly index: number; readonly probability: number }[]>>

const models = [
  {
    name: 'squeezenet1.1',
    file: 'models/squeezenet1.1/squeezenet1.1.onnx',
    side: 256,
    // Blue, green, red, 0 to 255.
    normalization: { mean: [0, 0, 0], std: [1 / 255, 1 / 255, 1 / 255], colors: 'bgr' },
  },
  {
    name: 'mobilenet',
    file: 'models/mobilenet-v1-0.25/mobilenet_v1_0.25_128_quant.dequant.onnx',
    side: 146,
    normalization: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
  },
] as const

describe.skipIf(shared === undefined)('photos (skipped without ../shared/golden/photos)', () => {
  it.each(models)('$name gives the probabilities of ONNX Runtime', async ({ name, file, side, normalization }) => {
    const path = new URL(file, shared)
    const { network, weights, info } = await readModel({
      name: file,
      read: () => readFile(path),
      beside: async () => undefined,
    })
    const preprocessing = { resize: { kind: 'shorter', side } } as const
    await using model = await Model.create(network, { weights, info: { ...info, normalization, preprocessing } })
    const golden: Record<string, Answers> = JSON.parse(
      await readFile(new URL('golden/photos/top5.json', shared), 'utf8'),
    )
    for (const [photo, answers] of Object.entries(golden)) {
      const [found = []] = await model.classify([new URL(`photos/${photo}`, shared)], { top: 5 })
      // The answers are rounded to 5 digits. Decoders of JPEG may differ by a level or two.
      const most = photo.endsWith('.png') ? 0.002 : 0.02
      for (const { index, probability } of answers[name] ?? []) {
        const other = found.find((one) => one.index === index)?.probability ?? 0
        expect(Math.abs(other - probability), `${photo}, class ${index}`).toBeLessThanOrEqual(most)
      }
    }
  })
})
