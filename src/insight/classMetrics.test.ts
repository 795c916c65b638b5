// Precision, recall and F1 against fractions by hand, and what is undefined.
import { describe, expect, it } from 'vitest'
import { classMetrics, macroMetrics } from './classMetrics.ts'

// 6 birds (1 of them invalid), 4 cats, no dog, 2 foxes that are never recognized, and no one says fox.
const evaluation = {
  perClass: [
    { label: 'bird', count: 6, accuracy: 3 / 6 },
    { label: 'cat', count: 4, accuracy: 4 / 4 },
    { label: 'dog', count: 0, accuracy: null },
    { label: 'fox', count: 2, accuracy: 0 },
    { label: 'owl', count: 0, accuracy: null },
  ],
  confusion: [
    [3, 1, 1, 0, 0],
    [0, 4, 0, 0, 0],
    [0, 0, 0, 0, 0],
    [1, 1, 0, 0, 0],
    [0, 0, 0, 0, 0],
  ],
}

describe('metrics of each class', () => {
  it('are the fractions of their definitions; null where there is nothing to divide by', () => {
    expect(classMetrics(evaluation)).toEqual([
      { label: 'bird', support: 6, precision: 3 / 4, recall: 3 / 6, f1: 6 / 10 },
      { label: 'cat', support: 4, precision: 4 / 6, recall: 1, f1: 8 / 10 },
      { label: 'dog', support: 0, precision: 0, recall: null, f1: 0 },
      { label: 'fox', support: 2, precision: null, recall: 0, f1: 0 },
      { label: 'owl', support: 0, precision: null, recall: null, f1: null },
    ])
  })

  it('have means over the classes with images, where a class that is never predicted has precision 0', () => {
    expect(macroMetrics(classMetrics(evaluation))).toEqual({
      precision: (3 / 4 + 4 / 6 + 0) / 3,
      recall: (3 / 6 + 1 + 0) / 3,
      f1: (6 / 10 + 8 / 10 + 0) / 3,
    })
    expect(macroMetrics([])).toEqual({ precision: null, recall: null, f1: null })
  })
})
