// 16-bit floats: every code comes back as itself, and what lies between is rounded to the nearest, ties to even.

import { describe, expect, it } from 'vitest'
import { storedTensor } from '../model/safetensors/tensor.ts'
import { halfBytes } from './half.ts'

const decoded = (bytes: Uint8Array) =>
  storedTensor('x', { dtype: 'F16', shape: [bytes.length / 2], from: 0, to: bytes.length }, bytes).values

const all = new Uint8Array(Uint16Array.from({ length: 65_536 }, (_, code) => code).buffer)

describe('halfBytes', () => {
  it('gives back all codes but those of NaN', () => {
    const values = decoded(all)
    const codes = new Uint16Array(halfBytes(values, 'x').buffer)
    for (let code = 0; code < 65_536; code++) {
      if (Number.isNaN(values[code])) expect(decoded(new Uint8Array(codes.slice(code, code + 1).buffer))[0]).toBeNaN()
      else expect(codes[code]).toBe(code)
    }
  })

  it('rounds to the nearest, and ties to the even code', () => {
    const values = decoded(all)
    for (let code = 0; code < 0x7bff; code++) {
      const [low, high] = [values[code] as number, values[code + 1] as number]
      const middle = (low + high) / 2
      // A float32 has 13 more bits than a half, so these are exact.
      const near = (high - low) / 2 ** 6
      const given = Float32Array.of(middle - near, middle, middle + near, -middle)
      const even = code % 2 === 0 ? low : high
      expect([...decoded(halfBytes(given, 'x'))]).toEqual([low, even, high, -even])
    }
  })

  it('refuses what would become infinite, and keeps infinity', () => {
    expect([...decoded(halfBytes(Float32Array.of(65_519, Number.NEGATIVE_INFINITY), 'x'))]).toEqual([
      65_504,
      Number.NEGATIVE_INFINITY,
    ])
    expect(() => halfBytes(Float32Array.of(65_520), 'conv1.filters')).toThrow(/conv1\.filters does not fit[\s\S]*65520/)
  })
})
