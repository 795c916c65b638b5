/** Errors point at the word in the text, and say what the command line says. */

import { expect, test } from 'vitest'
import { designOf } from '../design/facts.ts'
import { faultOf } from './fault.ts'

function faultFor(text: string) {
  try {
    designOf(text)
  } catch (error) {
    return faultOf(error, text)
  }
  throw new Error('no error')
}

test.each([
  ['INPUT 8x8x3 -> CNV3-4', 'CNV3'],
  ['INPUT 8x8x3 ->\n\tCONV3-4 ->\nPOOL99', 'POOL99'],
  ['# 👁 a comment\nINPUT 8x8x3 -> CONV4-4', 'CONV4-4'],
])('%j points at %s', (text, word) => {
  const { span, message } = faultFor(text)
  expect(text.slice(span?.[0]).startsWith(word)).toBe(true)
  expect(message).not.toMatch(/line \d/)
})

test('what is no message of the library is thrown on', () => {
  expect(() => faultOf(new TypeError('ours'), '')).toThrow(TypeError)
})
