import { expect, it } from 'vitest'
import { Model } from '../model/model.ts'
import { parse } from '../notation/parse.ts'
import { fromPytorch, stateDictRows, toPytorch } from './stateDict.ts'

const network = parse('INPUT 4x5x3 -> CONV3x5-2 -> BN -> FC-2')
const rows = stateDictRows(network, ['features.0', 'features.1', 'classifier'])
const [filters, , , , , , fc] = rows

it('names every array as PyTorch does', () => {
  expect(rows.map(({ weight, key }) => [weight, key])).toEqual([
    ['conv1.filters', 'features.0.weight'],
    ['conv1.bias', 'features.0.bias'],
    ['bn1.scale', 'features.1.weight'],
    ['bn1.shift', 'features.1.bias'],
    ['bn1.mean', 'features.1.running_mean'],
    ['bn1.variance', 'features.1.running_var'],
    ['fc1.filters', 'classifier.weight'],
    ['fc1.bias', 'classifier.bias'],
  ])
})

it.each([
  ['filters: [K, C, F, F] to [F, F, C, K]', filters, [2, 3, 3, 5]],
  ['a matrix of values in C, H, W order', fc, [2, 2, 4, 5]],
] as const)('%s, and back', (_, row, shape) => {
  if (row === undefined) throw new Error('no such row')
  const [k, c, h, w] = shape
  const theirs = Float32Array.from({ length: k * c * h * w }, (_, i) => i)
  const ours = fromPytorch(theirs, row)
  for (let i = 0; i < ours.length; i++) {
    const [filter, channel] = [i % k, Math.floor(i / k) % c]
    const [column, line] = [Math.floor(i / (k * c)) % w, Math.floor(i / (k * c * w))]
    expect(ours[i]).toBe(((filter * c + channel) * h + line) * w + column)
  }
  expect(toPytorch(ours, row)).toEqual(theirs)
})

it('refuses wrong numbers of modules and values', () => {
  expect(() => stateDictRows(network, ['a'])).toThrow(/received: 1 modules\n {2}expected: 3/)
  if (filters === undefined) throw new Error('no such row')
  expect(() => fromPytorch(new Float32Array(3), filters)).toThrow(/features\.0\.weight: wrong number of values/)
})

it("holds the filters of TCONV as PyTorch's ConvTranspose2d does: [C, K/groups, F, F]", async () => {
  const transposed = parse('INPUT 2x3x4 -> TCONV3x2-2 s2x1 p1,0,1,0 o1x0 g2')
  const [row] = stateDictRows(transposed, ['up'])
  if (row === undefined) throw new Error('no such row')
  const theirs = Float32Array.from({ length: 4 * 3 * 2 }, (_, i) => i / 8 - 1)
  const image = Float32Array.from({ length: 4 * 2 * 3 }, (_, i) => i / 4 - 2)
  await using model = await Model.create(transposed, { threads: 1 })
  model.weights.set(row.weight, fromPytorch(theirs, row))
  // Every input value is spread by its channel's filter: row i goes to 2·i − 1 + a, column j to j + b.
  const expected = new Float32Array(4 * 4 * 2)
  for (let c = 0; c < 4; c++)
    for (let i = 0; i < 2; i++)
      for (let j = 0; j < 3; j++)
        for (let a = 0; a < 3; a++)
          for (let b = 0; b < 2; b++) {
            const [y, x] = [2 * i - 1 + a, j + b]
            if (y < 0 || y >= 4) continue
            const at = (y * 4 + x) * 2 + Math.floor(c / 2)
            expected[at] = (expected[at] ?? 0) + (image[(i * 3 + j) * 4 + c] ?? 0) * (theirs[(c * 3 + a) * 2 + b] ?? 0)
          }
  expect(await model.predict(image)).toEqual(expected)
})
