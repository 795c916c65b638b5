/** Truncated files are detected wherever they were cut. Complete files are accepted, also with extra bytes after their end. */

import { expect, test } from 'vitest'
import { damageOf } from './whole.ts'

// 1×1 images, written by hand of the formats' own parts.
const base64 = (text: string) => new Uint8Array(Buffer.from(text, 'base64'))
const png = base64('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==')
const jpeg = Uint8Array.from([
  0xff, 0xd8, 0xff, 0xe1, 0, 8, 0xff, 0xd8, 1, 2, 0xff, 0xd9, 0xff, 0xff, 0xda, 0, 4, 1, 2, 7, 0xff, 0, 9, 0xff, 0xd0,
  5, 0xff, 0xd9,
])
const webp = Uint8Array.from([...Buffer.from('RIFF'), 12, 0, 0, 0, ...Buffer.from('WEBPVP8 '), 0, 0, 0, 0])

test.each([
  ['png', png],
  ['jpeg', jpeg],
  ['webp', webp],
])('%s', (_, bytes) => {
  expect(damageOf(bytes)).toBeUndefined()
  expect(damageOf(Uint8Array.from([...bytes, 0, 1, 2]))).toBeUndefined()
  for (let length = 14; length < bytes.length - 8; length++)
    expect(damageOf(bytes.subarray(0, length))).toMatch(/ends early/)
})

test('the end of a thumbnail is not that of the image', () => {
  expect(damageOf(jpeg.subarray(0, -2))).toMatch(/ends early/)
})

test.each([
  ['', 'is empty'],
  ['hello', 'no image'],
  ['<svg xmlns=', 'drawing'],
  ['<!DOCTYPE html>', 'web page'],
  ['\0\0\0\x18ftypheic', 'HEIC'],
  ['II*\0', 'TIFF'],
])('%j: %s', (text, reason) => {
  expect(damageOf(new Uint8Array(Buffer.from(text, 'latin1')))).toContain(reason)
})
