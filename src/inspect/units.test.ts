import { describe, expect, it } from 'vitest'
import { printBytes, printCount, printPercent, printSeconds, printShort } from './units.ts'

describe('units', () => {
  it.each([
    [0, '0 bytes'],
    [1023, '1023 bytes'],
    [1024, '1.00 KiB'],
    [60_950_432, '58.1 MiB'],
    [10 * 1024, '10.0 KiB'],
    [100 * 1024, '100 KiB'],
    [4 * 2 ** 30, '4.00 GiB'],
    [5000 * 2 ** 40, '5000 TiB'],
  ])('%d bytes are %s', (bytes, text) => {
    expect(printBytes(bytes)).toBe(text)
  })

  it.each([
    [0.04, '0.0 s'],
    [9.96, '10 s'],
    [99, '99 s'],
    [100, '1 min 40 s'],
    [185, '3 min 05 s'],
    [7620, '2 h 07 min'],
  ])('%d seconds are %s', (seconds, text) => {
    expect(printSeconds(seconds)).toBe(text)
  })

  it('groups digits and names powers of ten alike in every country', () => {
    expect([printCount(15_237_608), printShort(15_470_264_320), printShort(999)]).toEqual([
      '15,237,608',
      '15.5G',
      '999',
    ])
    for (const count of [0, 7, 1000, -1234, 123_456, 2 ** 40])
      expect(printCount(count)).toBe(count.toLocaleString('en-US'))
    expect([printPercent(0.98765), printPercent(null)]).toEqual(['98.77 %', '–'])
  })
})
