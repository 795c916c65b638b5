/** What is shown step by step adds up to what the layer computes. */

import { convolutionFrames, notesDemo, poolingFrames } from 'lenslet/inspect'
import { expect, test } from 'vitest'
import { convolutionSteps, sizeText } from './convolution.ts'
import { poolingSteps } from './pooling.ts'

const words = {
  ...{ inputs: 'Input', outputs: 'Output', filter: 'Filter', bias: 'bias', others: 'others', products: 'products' },
  ...{ gradientOut: 'dy', gradientIn: 'dx' },
}

test('the notes’ demo: 18 steps, whose terms are the output', () => {
  const frames = convolutionFrames(notesDemo())
  const steps = convolutionSteps(frames, words)
  expect(steps.count).toBe(18)
  expect(sizeText(frames)).toBe('(5 − 3 + 2·1)/2 + 1 = 3')
  expect(steps.groups.map(({ title, grids }) => `${title} ${grids.length}`)).toEqual([
    'Input 3',
    'Filter w0 3',
    'Filter w1 3',
    'Output 2',
  ])
  for (let index = 0; index < 18; index++) {
    const { terms, total, boxes, filled } = steps.at(index)
    expect(terms.reduce((sum, { value }) => sum + value, 0)).toBe(total.value)
    const filter = Math.floor(index / 9)
    const { top, left } = boxes[`o${filter}`] ?? {}
    expect(filled[`o${filter}`]?.[3 * (top ?? 0) + (left ?? 0)]).toBe(total.value)
    expect([boxes.x0?.top, boxes.x0?.left]).toEqual([2 * (top ?? 0), 2 * (left ?? 0)])
  }
  expect([...(steps.at(0).filled.o1 ?? [])].every(Number.isNaN)).toBe(true)
  expect([...(steps.at(17).filled.o1 ?? [])].some(Number.isNaN)).toBe(false)
  // The product lacks the biases only.
  const [matrix] = steps.matrices
  expect(matrix?.columns.caption).toBe('X_col 27×9')
  expect((matrix?.product.values[0] ?? 0) + (frames.bias[0] as number)).toBe(steps.at(0).total.value)
  const [text = ''] = steps.at(0).terms.map(({ how }) => how)
  expect(text.split(' + ')).toHaveLength(9)
})

test('groups, dilation and channels that are left out have their places', () => {
  const frames = convolutionFrames({
    input: Array.from({ length: 36 * 2 }, (_, index) => (index % 7) - 3),
    volume: { height: 6, width: 6, channels: 2 },
    filters: Array.from({ length: 18 }, (_, index) => (index % 5) - 2),
    shape: [3, 3, 1, 2],
    window: { kernel: [3, 3], stride: [1, 1], padding: [0, 0, 0, 0], dilation: [2, 2] },
    groups: 2,
    rest: new Float64Array(8).fill(5),
  })
  const steps = convolutionSteps(frames, words, { channels: [4, 9], filters: [1, 30] })
  const last = steps.at(steps.count - 1)
  expect(last.boxes.x1).toEqual({ kind: 'in', top: 1, left: 1, rows: 5, columns: 5 })
  expect(last.boxes.x0).toBeUndefined()
  expect(last.marks.x1).toHaveLength(9)
  expect(last.terms.map(({ what }) => what)).toEqual(['x[:,:,9] · w30[:,:,9]', 'others', 'bias b30'])
  expect(last.boxes.p1).toMatchObject({ top: 0, left: 3 })
  expect([...(last.filled.p0 ?? [])].some(Number.isNaN)).toBe(false)
})

test.each(['max', 'average', 'l2'] as const)('%s pooling: forward, and then all of the gradient arrives', (kind) => {
  const frames = poolingFrames({
    input: [1, 5, 2, -3, 4, 0, 7, 1, 2, 2, 2, 2, 9, -1, 0, 3],
    ...{ height: 4, width: 4, kind },
    window: { kernel: [3, 3], stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1] },
    gradient: [1, -2, 0.5, 4],
  })
  const steps = poolingSteps(frames, words)
  expect(steps.count).toBe(8)
  expect([...(steps.at(3).filled.y ?? [])]).toEqual([...frames.output])
  expect([...(steps.at(3).filled.dx ?? [])].every(Number.isNaN)).toBe(true)
  expect([...(steps.at(7).filled.dx ?? [])]).toEqual([...frames.inputGradient])
  expect(steps.at(4).isBackward).toBe(true)
  const { marks, boxes, terms } = steps.at(0)
  expect(boxes.x).toEqual({ kind: 'in', top: 0, left: 0, rows: 3, columns: 3 })
  if (kind === 'max') {
    expect(marks.x).toEqual([6])
    expect(terms[0]?.how).toBe('max(1, 5, 2, 4, 0, 7, 2, 2, 2)')
    expect(steps.at(5).terms).toEqual([{ what: 'dx[1,2] += 1 · dy[0,1]', value: -2 }])
  }
})
