// Photos classified as in the programs that networks come from: ONNX Runtime's answers on Pillow's crops.

import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { readModel } from '../src/exchange/read.ts'
import { Model } from '../src/model/model.ts'
import { type Answers, differencesOf, photoModels, goldenFolder as shared } from './fixtures/photos.ts'

describe.skipIf(shared === undefined)('photos (skipped without ../shared/golden/photos)', () => {
  it.each(photoModels)('$name gives the probabilities of ONNX Runtime', async ({ name, file, side, normalization }) => {
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
      for (const { index, difference, most } of differencesOf(photo, answers[name], found))
        expect(difference, `${photo}, class ${index}`).toBeLessThanOrEqual(most)
    }
  })
})
