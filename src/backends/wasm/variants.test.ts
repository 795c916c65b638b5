import { afterEach, describe, expect, it, vi } from 'vitest'
import { VariantError } from './errors.ts'
import { kernelModuleRows } from './gen/modules.gen.ts'
import { kernelModule } from './modules.ts'
import { chooseVariant, fasterVariant, moduleOf } from './variants.ts'
import type { WideVerdict } from './wide.ts'

afterEach(() => vi.unstubAllEnvs())

/** An engine that accepts only the probes that do not hold these bytes. */
const without =
  (...bytes: number[]) =>
  (probe: Uint8Array) =>
    !probe.join().includes(bytes.join())
const relaxedMadd = [0xfd, 0x85, 0x02]
const anySimd = [0xfd]

it('probes with modules that this engine accepts', () => {
  const seen: Uint8Array[] = []
  chooseVariant('plain', (probe) => seen.push(probe) > 0)
  chooseVariant('relaxed', (probe) => seen.push(probe) > 0)
  expect(seen.map((probe) => WebAssembly.validate(Uint8Array.from(probe)))).toEqual([true, true])
})

it('takes the best variant that the engine runs, and says why', () => {
  expect(chooseVariant()).toEqual({ variant: 'relaxed', why: 'the engine has relaxed SIMD', open: true })
  expect(chooseVariant(undefined, without(...relaxedMadd))).toEqual({
    variant: 'plain',
    why: 'the engine has SIMD, but not relaxed SIMD',
  })
})

it('names what is missing when none runs', () => {
  expect(() => chooseVariant(undefined, without(...anySimd))).toThrow(VariantError)
  expect(() => chooseVariant(undefined, without(...anySimd))).toThrow(/without SIMD/)
})

it('obeys the caller before the environment', () => {
  vi.stubEnv('LENSLET_VARIANT', 'plain')
  expect(chooseVariant()).toEqual({ variant: 'plain', why: 'asked for by LENSLET_VARIANT' })
  expect(chooseVariant('relaxed')).toEqual({ variant: 'relaxed', why: 'asked for by the caller' })
})

it('refuses a variant that does not exist, or does not run here', () => {
  vi.stubEnv('LENSLET_VARIANT', 'fastest')
  expect(() => chooseVariant()).toThrow(/"fastest", asked for by LENSLET_VARIANT[\s\S]*wide, short, relaxed, plain/)
  expect(() => chooseVariant('relaxed', without(...relaxedMadd))).toThrow(/an engine with relaxed SIMD/)
})

describe('the short variant', () => {
  const why = 'tiles of 4 rows are 1.6 times as fast as those of 6'
  const judged = (ok: boolean) => async () => ({ ok, why })
  const unasked = () => Promise.reject(new Error('nobody is to be asked'))

  it('is taken where its tiles are the faster ones, and not where they are not', async () => {
    expect(await fasterVariant(chooseVariant(), judged(true))).toEqual({
      variant: 'short',
      why: `the engine has relaxed SIMD; ${why}`,
    })
    const relaxed = { variant: 'relaxed', why: 'the engine has relaxed SIMD' }
    expect(await fasterVariant(chooseVariant(), judged(false))).toEqual(relaxed)
    expect(await fasterVariant(chooseVariant(), async () => undefined)).toEqual(relaxed)
  })

  it('is not looked at where another one was asked for, is faster, or all that runs', async () => {
    for (const choice of [
      chooseVariant('relaxed'),
      chooseVariant(undefined, without(...relaxedMadd)),
      chooseVariant(
        undefined,
        () => true,
        () => ({ same: true, ok: true, why: '', milliseconds: 1 }),
      ),
    ]) {
      expect(await fasterVariant(choice, unasked)).toEqual(choice)
    }
  })

  it('is taken on request', async () => {
    vi.stubEnv('LENSLET_VARIANT', 'short')
    const asked = { variant: 'short', why: 'asked for by LENSLET_VARIANT' }
    expect(await fasterVariant(chooseVariant(), unasked)).toEqual(asked)
    expect(() => chooseVariant('short', without(...relaxedMadd))).toThrow(/an engine with relaxed SIMD/)
  })
})

it('has a module for each variant and kind of memory, compiled once', async () => {
  for (const { variant, shared, name } of kernelModuleRows) {
    expect(moduleOf(variant, shared)).toBe(name)
    expect(await kernelModule(name)).toBe(await kernelModule(name))
  }
})

describe('the wide variant', () => {
  const verdict = { same: true, ok: true, why: 'twice as fast', milliseconds: 1 }
  const judged = (more: Partial<WideVerdict>) => () => ({ ...verdict, ...more })
  const runs = () => true

  it('is taken where it passed its check', () => {
    expect(chooseVariant(undefined, runs, judged({}))).toEqual({ variant: 'wide', why: 'twice as fast' })
  })

  it('is not taken where it is slow, and that is said', () => {
    const { variant, why } = chooseVariant(undefined, runs, judged({ ok: false, why: 'half as fast' }))
    expect([variant, why]).toEqual(['relaxed', 'the engine has relaxed SIMD; half as fast'])
  })

  it('is not even tried without relaxed SIMD', () => {
    expect(chooseVariant(undefined, without(...relaxedMadd), judged({})).variant).toBe('plain')
  })

  it('is taken on request though slow, but never with other results', () => {
    vi.stubEnv('LENSLET_VARIANT', 'wide')
    expect(chooseVariant(undefined, runs, judged({ ok: false }))).toEqual({
      variant: 'wide',
      why: 'asked for by LENSLET_VARIANT',
    })
    const wrong = judged({ ok: false, same: false, why: 'other bits in conv2d' })
    expect(() => chooseVariant(undefined, runs, wrong)).toThrow(/other bits in conv2d/)
  })
})
