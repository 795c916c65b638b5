// The mathematics of seeds and rates against the exact values, in units of the last place.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ArgumentError } from './errors.ts'
import { cosPi, exp, log, power } from './math.ts'
import { Random } from './random.ts'
import { exactCosPi, exactExp, exactLog, toFixed, ulpsOff } from './testing/fixedPoint.ts'

/** fdlibm promises less than 1 ulp for these polynomials. */
const bound = 1

function worst(name: string, found: (x: number) => number, exact: (x: number) => bigint, at: readonly number[]) {
  for (const x of at) expect(ulpsOff(found(x), exact(x)), `${name} of ${x}`).toBeLessThan(bound)
}

/** Numbers as `Random` draws them, and their ends. */
const random = Random.seeded(1, 'math')
const drawn = Array.from({ length: 1500 }, () => random.next())
const smallest = 2 ** -32
const full = Array.from({ length: 500 }, () => random.next() + random.next() * smallest)

describe('the exact values', () => {
  it('are what is known of them', () => {
    // The digits of ln 2, 1/e and cos(1/3·π) = ½ that every table has; the last place is that of float64.
    expect(ulpsOff(-Math.LN2, exactLog(0.5))).toBeLessThan(0.5)
    expect(ulpsOff(1 / Math.E, exactExp(-1))).toBeLessThan(1)
    expect(ulpsOff(Math.SQRT1_2, exactCosPi(0.25))).toBeLessThan(0.5)
    expect(ulpsOff(-1, exactCosPi(1))).toBe(0)
    expect(toFixed(-1.5)).toBe(-toFixed(3) / 2n)
    // A float64 that is one place off counts as that.
    expect(ulpsOff(Math.SQRT1_2 + 2 ** -53, exactCosPi(0.25))).toBeGreaterThan(0.5)
  })
})

describe('log', () => {
  it('is within 1 ulp over (0, 1] and beyond', () => {
    const ends = [smallest, 1 - smallest, 1 - 2 ** -53, Math.SQRT1_2 - 2 ** -53, Math.SQRT1_2, 0.5, 2 ** -1022, 5e-324]
    worst('log', log, exactLog, [...drawn.map((x) => 1 - x), ...full, ...ends])
    worst('log', log, exactLog, [1 + 2 ** -52, Math.SQRT2, 2, 10, 1000, 2 ** 70 + 2 ** 40])
    expect(log(1)).toBe(0)
  })

  it('has the ends that Math.log has', () => {
    for (const x of [0, -0, -1, Number.NaN, Number.POSITIVE_INFINITY]) expect(log(x)).toBe(Math.log(x))
  })
})

describe('exp', () => {
  it('is within 1 ulp below 0', () => {
    worst('exp', exp, exactExp, [
      ...drawn.slice(0, 500).map((x) => -3 * x),
      ...drawn.slice(500, 700).map((x) => -700 * x),
    ])
    worst('exp', exp, exactExp, [-smallest, -1e-300, -0.34657359027997264, -0.3465735902799727, -708.3964185322641])
    expect(exp(0)).toBe(1)
  })

  it('is 0 below the normal numbers, and NaN outside of its domain', () => {
    expect([-708.3964185322642, -1e9, Number.NEGATIVE_INFINITY].map(exp)).toEqual([0, 0, 0])
    expect([1e-9, Number.POSITIVE_INFINITY, Number.NaN].map(exp)).toEqual([Number.NaN, Number.NaN, Number.NaN])
  })
})

describe('cosPi', () => {
  it('is within 1 ulp, next to its zeros, too', () => {
    const near = [0.5, 1, 1.5, 2, 0.25, 0.75, 1.25, 1.75].flatMap((x) => [x - 2 ** -52, x + 2 ** -51, x - smallest])
    worst('cosPi', cosPi, exactCosPi, [...drawn, ...full].map((x) => 2 * x).concat(near, smallest, 5e-324))
  })

  it('has exact zeros and ones, and the same value at −x and x + 2', () => {
    expect([0, 0.5, 1, 1.5, 2, 2 ** 60].map(cosPi)).toEqual([1, 0, -1, 0, 1, 1])
    for (const x of drawn.slice(0, 100)) {
      expect(cosPi(-x)).toBe(cosPi(x))
      // 32 bits of fraction leave room for the 2.
      expect(cosPi(x + 2)).toBe(cosPi(x))
    }
    expect([Number.POSITIVE_INFINITY, Number.NaN].map(cosPi)).toEqual([Number.NaN, Number.NaN])
  })
})

describe('power', () => {
  it('is exact where the products are', () => {
    expect([0, 1, 5, 22].map((n) => power(3, n))).toEqual([1, 3, 243, 31381059609])
    for (let n = 0, half = 1; n <= 1022; n++, half /= 2) expect(power(0.5, n)).toBe(half)
    expect(power(0, 0)).toBe(1)
  })

  it.each([-1, 0.5, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY])('refuses the exponent %d', (exponent) => {
    expect(() => power(2, exponent)).toThrow(ArgumentError)
  })

  it('has a relative error below n·2^-53', () => {
    const cases = [fc.double({ min: 0.5, max: 1, noNaN: true }), fc.integer({ min: 1, max: 500 })] as const
    fc.assert(
      fc.property(...cases, (base, n) => {
        // base^n in integers: base is m·2^-53 or shorter.
        const scaled = BigInt(base * 2 ** 53)
        const exact = scaled ** BigInt(n)
        const shift = 53n * BigInt(n)
        const found = (toFixed(power(base, n)) << shift) / exact
        const off = Number(((found - toFixed(1)) * 1000n) / toFixed(2 ** -53)) / 1000
        expect(Math.abs(off)).toBeLessThan(n)
      }),
    )
  })
})
