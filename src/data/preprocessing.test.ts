import { expect, it } from 'vitest'
import { preprocessingFor } from './preprocessing.ts'

const [from, to] = [
  { height: 224, width: 224 },
  { height: 128, width: 128 },
]

it.each([
  ['the shorter side', { kind: 'shorter', side: 256 } as const, { kind: 'shorter', side: 146 }],
  ['both sides', { kind: 'both', height: 256, width: 288 } as const, { kind: 'both', height: 146, width: 165 }],
  ["those that are the input's", { kind: 'cover' } as const, { kind: 'cover' }],
])('for an input of another size, %s keep their ratio to it', (_, resize, expected) => {
  expect(preprocessingFor({ resize, interpolation: 'bicubic' }, from, to)).toEqual({
    resize: expected,
    interpolation: 'bicubic',
  })
})

it('what a model does not say stays unsaid', () => {
  const given = { interpolation: 'bicubic' } as const
  expect(preprocessingFor(given, from, to)).toBe(given)
})
