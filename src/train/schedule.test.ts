// Schedules against their closed forms, at the corners, and with numbers that cannot be meant.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ArgumentError } from '../core/index.ts'
import { resolveSchedule, type ScheduleSettings, scheduleKinds } from './schedule.ts'

const training = { epochs: 6, stepsPerEpoch: 10 }
const steps = training.epochs * training.stepsPerEpoch
const rates = (settings: ScheduleSettings, full = 1) => {
  const schedule = resolveSchedule(settings, training)
  return Array.from({ length: steps }, (_, step) => schedule.rate(full, step))
}
const cosine = (from: number, to: number, way: number) => to + ((from - to) * (1 + Math.cos(Math.PI * way))) / 2

function expectClose(got: readonly number[], want: readonly number[]) {
  expect(got).toHaveLength(want.length)
  got.forEach((rate, step) => {
    expect(Math.abs(rate - (want[step] as number)), `step ${step}`).toBeLessThan(1e-12)
  })
}
const each = (rate: (step: number) => number) => Array.from({ length: steps }, (_, step) => rate(step))

describe('schedules', () => {
  it('constant stays', () => {
    expect(new Set(rates({ kind: 'constant' }, 0.3))).toEqual(new Set([0.3]))
  })

  it('warm-up rises in a line and is full when it ends', () => {
    expectClose(
      rates({ kind: 'constant', warmup: 0.5 }),
      each((step) => Math.min(1, (step + 1) / 5)),
    )
    const down = rates({ kind: 'step', every: 1, factor: 0.5, warmup: 2 })
    expectClose([down[4], down[14], down[24]] as number[], [0.25, 0.5 * 0.75, 0.25])
  })

  it('step goes down at the first step of an epoch, also where epochs do not divide by two', () => {
    expectClose(
      rates({ kind: 'step', every: 2, factor: 0.1 }, 3),
      each((step) => 3 * 0.1 ** Math.floor(step / 20)),
    )
    // 0.3 epochs of 10 steps are 3 steps, though 9/10/0.3 is a little less than 3.
    expectClose(
      rates({ kind: 'step', every: 0.3, factor: 0.9 }),
      each((step) => 0.9 ** Math.floor(step / 3)),
    )
    expect(resolveSchedule('step', training).settings).toEqual({ kind: 'step', every: 2, factor: 0.1, warmup: 0 })
  })

  it('cosine falls as CosineAnnealingLR does', () => {
    expectClose(
      rates({ kind: 'cosine', final: 0.1 }, 2),
      each((step) => cosine(2, 0.2, step / steps)),
    )
    expectClose(
      rates({ kind: 'cosine', warmup: 1 }),
      each((step) => (step < 10 ? (step + 1) / 10 : cosine(1, 0, (step - 10) / 50))),
    )
  })

  it('one-cycle rises and falls as OneCycleLR does', () => {
    // OneCycleLR turns at pct_start·steps − 1; with a warm-up of 1.7 epochs of 10 steps that is step 17 = 0.3·60 − 1.
    const got = rates({ kind: 'one-cycle', warmup: 1.7 }, 0.1)
    expectClose(
      got,
      each((step) =>
        step < 17 ? cosine(0.1 / 25, 0.1, step / 17) : cosine(0.1, 0.1 / 25 / 1e4, (step - 17) / (59 - 17)),
      ),
    )
    expect(resolveSchedule('one-cycle', training).settings).toMatchObject({ warmup: 1.7999999999999998 })
  })

  it('stay within (0, full], reach it, and depend on nothing but the step', () => {
    const numbers = { epochs: fc.integer({ min: 1, max: 9 }), stepsPerEpoch: fc.integer({ min: 1, max: 50 }) }
    fc.assert(
      fc.property(fc.constantFrom(...scheduleKinds), fc.record(numbers), (kind, length) => {
        const schedule = resolveSchedule(kind, length)
        const all = Array.from({ length: length.epochs * length.stepsPerEpoch }, (_, step) => schedule.rate(0.5, step))
        expect(Math.max(...all)).toBeLessThanOrEqual(0.5)
        expect(Math.min(...all)).toBeGreaterThan(0)
        expect(all).toEqual(all.map((_, step) => resolveSchedule(schedule.settings, length).rate(0.5, step)))
      }),
    )
  })

  it('say whether they see the end', () => {
    const sees = scheduleKinds.filter((kind) => resolveSchedule(kind, training).seesEnd)
    expect(sees).toEqual(['cosine', 'one-cycle'])
    const longer = { ...training, epochs: 9 }
    for (const settings of [{ kind: 'constant' }, { kind: 'step', every: 2 }] as const)
      expect(each((step) => resolveSchedule(settings, longer).rate(1, step))).toEqual(rates(settings))
  })

  it.each([
    [{ kind: 'triangle' }, /no such schedule[\s\S]*triangle[\s\S]*constant, step, cosine, one-cycle/],
    [{ kind: 'constant', final: 0 }, /has no final[\s\S]*warmup/],
    [{ kind: 'cosine', warmup: 6 }, /warmup cannot be meant[\s\S]*6 epochs/],
    [{ kind: 'cosine', final: 2 }, /final cannot be meant/],
    [{ kind: 'step', every: 0 }, /every cannot be meant/],
    [{ kind: 'step', factor: Number.NaN }, /factor cannot be meant/],
    [{ kind: 'one-cycle', start: -1 }, /start cannot be meant/],
    [{ kind: 'one-cycle', warmup: '1' }, /warmup cannot be meant/],
  ])('refuse %j', (settings, message) => {
    const call = () => resolveSchedule(settings as ScheduleSettings, training)
    expect(call).toThrow(ArgumentError)
    expect(call).toThrow(message)
  })

  it('print themselves', () => {
    expect(resolveSchedule({ kind: 'cosine', warmup: 0.5 }, training).describe()).toBe('cosine, warmup 0.5, final 0')
  })
})
