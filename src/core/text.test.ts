// Names from outside: what is shown of them, and what counts as the same name.
import { describe, expect, it } from 'vitest'
import { counted, listed, printable, sameForm } from './text.ts'

describe('printable', () => {
  it.each([
    ['\u001b[31mcat', '\\u001b[31mcat'],
    ['two\nlines\r', 'two\\u000alines\\u000d'],
    ['\u009b31m', '\\u009b31m'],
    ['abc\u202etxt', 'abc\\u202etxt'],
    ['half \ud83d', 'half \\ud83d'],
    ['half \udc31', 'half \\udc31'],
  ])('shows %j as text', (name, shown) => expect(printable(name)).toBe(shown))

  it.each(['cat', 'Übergröße', '猫', '🐱', 'a b (1) [2]', 'C:\\photos'])('leaves %j as it is', (name) =>
    expect(printable(name)).toBe(name),
  )
})

it('takes é in one character and é in two for the same name', () => {
  expect(sameForm('cafe\u0301')).toBe(sameForm('caf\u00e9'))
  expect(sameForm('cafe')).not.toBe(sameForm('caf\u00e9'))
})

it('counts and lists', () => {
  expect([counted(0, 'picture'), counted(1, 'file'), counted(1204567, 'file')]).toEqual([
    '0 pictures',
    '1 file',
    '1,204,567 files',
  ])
  expect(listed(['a', 'b\u001b'])).toBe('a, b\\u001b')
  expect(listed(['a', 'b', 'c', 'd'], 2)).toBe('a, b, 2 more')
})
