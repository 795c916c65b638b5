// From a picture to a class, in Node.

import sharp from 'sharp'
import { expect, it, vi } from 'vitest'
import { ArgumentError } from '../core/errors.ts'
import { decodeImage } from '../data/decode.ts'
import { normalizationTable } from '../data/normalization.ts'
import type { PictureSource } from '../data/source.ts'
import { parse } from '../notation/parse.ts'
import { Model } from './model.ts'

const classes = ['bird', 'cat', 'dog']
const normalization = { mean: [0.4, 0.5, 0.6], std: [0.2, 0.25, 0.3] }
const notation = 'INPUT 6x6x3 -> CONV3-4 -> RELU -> POOL2 -> FC-3'
const create = (text = notation, info = {}) =>
  Model.create(parse(text), { seed: 2, info: { classes, normalization, ...info } })

function picture(seed: number): Promise<Buffer> {
  const values = Uint8Array.from({ length: 11 * 9 * 3 }, (_, i) => (i * seed * 31) % 256)
  return sharp(values, { raw: { width: 11, height: 9, channels: 3 } })
    .png()
    .toBuffer()
}

/** By hand: decode, normalize, predict, softmax. */
async function byHand(model: Model, bytes: Buffer): Promise<number[]> {
  const values = await decodeImage(bytes, model.input)
  const table = normalizationTable(normalization)
  const scores = await model.predict(Float32Array.from(values, (byte, i) => table[256 * (i % 3) + byte] as number))
  const powers = [...scores].map((score) => Math.exp(score - Math.max(...scores)))
  return powers.map((power) => power / powers.reduce((a, b) => a + b, 0))
}

it('gives the classes by probability, as by hand', async () => {
  const model = await create()
  const bytes = await picture(1)
  const probabilities = await byHand(model, bytes)
  const found = await model.classify(bytes)
  expect(found.map(({ index }) => index).toSorted()).toEqual([0, 1, 2])
  for (const { class: name, index, probability } of found) {
    expect(name).toBe(classes[index])
    expect(probability).toBe(probabilities[index])
  }
  expect(found.map(({ probability }) => probability)).toEqual(probabilities.toSorted((a, b) => b - a))
  expect(await model.classify(bytes, { top: 1 })).toEqual(found.slice(0, 1))
  await model.dispose()
})

it('gives a list for a list, each as if it were alone, more than run at a time', async () => {
  const model = await create()
  const pictures = await Promise.all(Array.from({ length: 35 }, (_, i) => picture(i + 1)))
  const alone = []
  for (const bytes of pictures) alone.push(await model.classify(bytes))
  const together = await model.classify(pictures)
  expect(together.map((row) => row.map(({ index }) => index))).toEqual(
    alone.map((row) => row.map(({ index }) => index)),
  )
  expect(together).toEqual(alone)
  expect(await model.classify([])).toEqual([])
  await model.dispose()
})

it('takes the values at the call', async () => {
  const model = await create()
  const data = Uint8Array.from({ length: 108 }, (_, i) => (i * 7) % 256)
  const expected = await model.classify({ data: data.slice(), width: 6, height: 6 })
  const found = model.classify({ data, width: 6, height: 6 })
  data.fill(0)
  expect(await found).toEqual(expected)
  await model.dispose()
})

it('does not take the softmax of probabilities', async () => {
  const [scores, probabilities] = [await create(), await create(`${notation} -> SOFTMAX`)]
  const bytes = await picture(3)
  const [a, b] = [await scores.classify(bytes), await probabilities.classify(bytes)]
  // Softmax in float32 instead of float64: some units in the last place of values up to 1.
  a.forEach(({ probability }, i) => {
    expect(Math.abs(probability - (b[i]?.probability ?? 0))).toBeLessThan(8 * 2 ** -24)
  })
  await Promise.all([scores.dispose(), probabilities.dispose()])
})

it('says once what it assumes where the model has no normalization, and numbers classes without names', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  const model = await Model.create(parse(notation), { seed: 2 })
  const data = new Uint8Array(108).fill(255)
  const [first] = await model.classify({ data, width: 6, height: 6 }, { top: 1 })
  await model.classify({ data, width: 6, height: 6 })
  expect(first?.class).toBe(`${first?.index}`)
  expect(warn.mock.calls).toEqual([[expect.stringContaining('(x/255 − 0.5)/0.5')]])
  // White becomes 1.
  const scores = await model.predict(new Float32Array(108).fill(1))
  expect(first?.index).toBe(scores.indexOf(Math.max(...scores)))
  warn.mockRestore()
  await model.dispose()
})

it('refuses what it cannot classify by, and what is no image', async () => {
  const model = await create()
  const data = { data: new Uint8Array(108), width: 6, height: 6 }
  await expect(model.classify(data, { top: 0 })).rejects.toThrow(/top is invalid/)
  await expect(model.classify(data, { tops: 3 } as object)).rejects.toThrow(/no option tops[\s\S]*try: top/)
  await expect(model.classify([1, 2, 3] as unknown as PictureSource[])).rejects.toThrow(/not an image/)
  await expect(model.classify(undefined as unknown as PictureSource)).rejects.toBeInstanceOf(ArgumentError)
  model.info = { ...model.info, normalization: { mean: [0.5], std: [0.5] } }
  await expect(model.classify(data)).rejects.toThrow(/normalization does not fit/)
  await model.dispose()
  const map = await create('INPUT 6x6x3 -> CONV3-3')
  await expect(map.classify(data)).rejects.toThrow(/does not classify/)
  await map.dispose()
})
