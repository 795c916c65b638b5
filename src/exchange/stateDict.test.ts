import { expect, it } from 'vitest'
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
