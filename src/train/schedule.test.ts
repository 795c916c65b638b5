// Schedules against their closed forms, at the corners, and with invalid numbers.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ArgumentError } from '../core/errors.ts'
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

  it('linear falls as PolynomialLR of power 1 and LinearLR do', () => {
    expectClose(
      rates({ kind: 'linear' }, 2),
      each((step) => 2 * (1 - step / steps)),
    )
    expectClose(
      rates({ kind: 'linear', final: 0.25 }, 2),
      each((step) => 2 * (1 + ((0.25 - 1) * Math.min(step, steps)) / steps)),
    )
    expectClose(
      rates({ kind: 'linear', warmup: 1 }),
      each((step) => (step < 10 ? (step + 1) / 10 : 1 - (step - 10) / 50)),
    )
  })

  it('triangular is that of airbench', () => {
    // `triangle` of airbench94.py: straight lines through (0, start), (peak, 1) and (steps, end).
    const triangle = (start: number, end: number, peak: number) =>
      each((step) =>
        step < peak ? start + ((1 - start) * step) / peak : 1 + ((end - 1) * (step - peak)) / (steps - peak),
      )
    expectClose(rates({ kind: 'triangular', warmup: 1.3, start: 0.2, final: 0.07 }), triangle(0.2, 0.07, 13))
    expectClose(rates({ kind: 'triangular', warmup: 0, final: 0 }), triangle(0.2, 0, 0))
    expect(resolveSchedule('triangular', training).settings).toMatchObject({ start: 0.2, final: 0.07 })
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

  /** As torch.optim.lr_scheduler.OneCycleLR computes it (two phases, cosine), with max_lr 1, step by step. */
  function oneCycleLR(total: number, share: number): number[] {
    const [initial, max, min] = [1 / 25, 1, 1 / 25 / 1e4]
    const peak = share * total - 1
    return Array.from({ length: total }, (_, step) => {
      const [from, to, start, end] = step <= peak ? [0, peak, initial, max] : [peak, total - 1, max, min]
      // OneCycleLR divides by 0 where the peak is the first step.
      const way = to === from ? 1 : (step - from) / (to - from)
      return end + ((start - end) / 2) * (Math.cos(Math.PI * way) + 1)
    })
  }

  it.each([
    [1, 1],
    [1, 2],
    [1, 3],
    [2, 2],
    [1, 7],
    [4, 5],
    [10, 1],
    [6, 10],
    [3, 97],
    [30, 13],
  ])('one-cycle has the rates of OneCycleLR: %d epochs of %d steps', (epochs, stepsPerEpoch) => {
    const total = epochs * stepsPerEpoch
    for (const share of [undefined, 0, 0.1, 0.25, 0.5, 0.9]) {
      const warmup = share === undefined ? {} : { warmup: share * epochs }
      const schedule = resolveSchedule({ kind: 'one-cycle', ...warmup }, { epochs, stepsPerEpoch })
      const got = Array.from({ length: total }, (_, step) => schedule.rate(1, step))
      const want = oneCycleLR(total, share ?? 0.3)
      expectClose(got, want)
    }
  })

  // Printed by PyTorch 1.13 (float64) for SGD at rate 0.1; the scheduler's calls are the titles.
  it.each<[title: string, settings: ScheduleSettings, length: readonly [number, number], want: readonly number[]]>([
    [
      'OneCycleLR(max_lr=0.1, total_steps=20)',
      { kind: 'one-cycle' },
      [4, 5],
      [
        0.0040000000000000036, 0.013167184270002533, 0.037167184270002526, 0.06683281572999747, 0.09083281572999748,
        0.1, 0.09874640062350874, 0.09504846320134738, 0.089091617757105, 0.0811745653949763, 0.07169430017913009,
        0.06112620219362893, 0.0500002, 0.03887419780637107, 0.028306099820869922, 0.0188258346050237,
        0.010908782242895003, 0.004951936798652629, 0.0012539993764912555, 4e-7,
      ],
    ],
    [
      'OneCycleLR(max_lr=0.1, total_steps=12, pct_start=0.25)',
      { kind: 'one-cycle', warmup: 0.75 },
      [3, 4],
      [
        0.0040000000000000036, 0.052000000000000005, 0.1, 0.09698464310077128, 0.08830226894706028, 0.0750001,
        0.058682574153711, 0.04131782584628902, 0.025000300000000013, 0.01169813105293973, 0.0030157568992287415, 4e-7,
      ],
    ],
    [
      'CosineAnnealingLR(T_max=8, eta_min=0.01)',
      { kind: 'cosine', final: 0.1 },
      [2, 4],
      [
        0.1, 0.0965745789630079, 0.08681980515339463, 0.07222075445642905, 0.055, 0.03777924554357096,
        0.023180194846605363, 0.013425421036992097,
      ],
    ],
    [
      'SequentialLR([LinearLR(start_factor=1/4, total_iters=3), CosineAnnealingLR(T_max=8)], milestones=[4])',
      { kind: 'cosine', warmup: 1 },
      [3, 4],
      [
        0.025, 0.05, 0.07500000000000001, 0.1, 0.1, 0.09619397662556434, 0.08535533905932738, 0.0691341716182545, 0.05,
        0.030865828381745515, 0.014644660940672627, 0.0038060233744356634,
      ],
    ],
    [
      'StepLR(step_size=3, gamma=0.5)',
      { kind: 'step', every: 3, factor: 0.5 },
      [10, 1],
      [0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.025, 0.025, 0.025, 0.0125],
    ],
    [
      'LinearLR(start_factor=1/5, total_iters=4)',
      { kind: 'constant', warmup: 5 },
      [8, 1],
      [0.020000000000000004, 0.04000000000000001, 0.06000000000000001, 0.08000000000000002, 0.1, 0.1, 0.1, 0.1],
    ],
  ])('have the rates of PyTorch: %s', (_, settings, [epochs, stepsPerEpoch], want) => {
    const schedule = resolveSchedule(settings, { epochs, stepsPerEpoch })
    expectClose(
      want.map((_, step) => schedule.rate(0.1, step)),
      want,
    )
  })

  it('one-cycle has its peak at step 5 of 20, from 0, and a start of its own', () => {
    const schedule = resolveSchedule('one-cycle', { epochs: 4, stepsPerEpoch: 5 })
    const got = Array.from({ length: 20 }, (_, step) => schedule.rate(0.1, step))
    expect(got.indexOf(Math.max(...got))).toBe(5)
    expectClose([got[0], got[5], got[19]] as number[], [0.1 * 0.04, 0.1, 0.1 * 4e-6])
    expect(resolveSchedule('one-cycle', training).settings).toMatchObject({ warmup: 0.3 * 6 })
    expectClose([resolveSchedule({ kind: 'one-cycle', start: 0.5 }, training).rate(2, 0)], [1])
  })

  it('one-cycle has the full rate in the first step where the warm-up is that step', () => {
    // 3/30 of an epoch is a little more than 0.1 = 1/10 in float64, or less.
    for (const warmup of [0.1, 3 / 30, 0.1 + 1e-16])
      expectClose([resolveSchedule({ kind: 'one-cycle', warmup }, training).rate(1, 0)], [1])
  })

  it('step stays at 0, or where it is, after more steps down than numbers count', () => {
    expect(resolveSchedule({ kind: 'step', every: 5e-324, factor: 0.5 }, training).rate(1, 1)).toBe(0)
    expect(resolveSchedule({ kind: 'step', every: 5e-324, factor: 1 }, training).rate(1, 1)).toBe(1)
  })

  it('stay within (0, full], and keep their rates when their settings are given back', () => {
    const numbers = { epochs: fc.integer({ min: 1, max: 9 }), stepsPerEpoch: fc.integer({ min: 1, max: 50 }) }
    fc.assert(
      fc.property(fc.constantFrom(...scheduleKinds), fc.record(numbers), (kind, length) => {
        const schedule = resolveSchedule(kind, length)
        const again = resolveSchedule(schedule.settings, length)
        for (let step = 0; step < length.epochs * length.stepsPerEpoch; step++) {
          const rate = schedule.rate(0.5, step)
          expect(rate).toBeGreaterThan(0)
          expect(rate).toBeLessThanOrEqual(0.5)
          expect(again.rate(0.5, step)).toBe(rate)
        }
      }),
    )
  })

  it('say whether they see the end', () => {
    const sees = scheduleKinds.filter((kind) => resolveSchedule(kind, training).seesEnd)
    expect(sees).toEqual(['cosine', 'one-cycle', 'linear', 'triangular'])
    const longer = { ...training, epochs: 9 }
    for (const settings of [{ kind: 'constant' }, { kind: 'step', every: 2 }] as const)
      expect(each((step) => resolveSchedule(settings, longer).rate(1, step))).toEqual(rates(settings))
  })

  it.each([
    [{ kind: 'triangle' }, /no such schedule[\s\S]*triangle[\s\S]*constant, step, cosine, one-cycle/],
    [{ kind: 'constant', final: 0 }, /has no final[\s\S]*warmup/],
    [{ kind: 'cosine', warmup: 6 }, /warmup is invalid[\s\S]*6 epochs/],
    [{ kind: 'cosine', final: 2 }, /final is invalid/],
    [{ kind: 'step', every: 0 }, /every is invalid/],
    [{ kind: 'step', factor: Number.NaN }, /factor is invalid/],
    [{ kind: 'one-cycle', start: -1 }, /start is invalid/],
    [{ kind: 'one-cycle', warmup: '1' }, /warmup is invalid/],
  ])('refuse %j', (settings, message) => {
    const call = () => resolveSchedule(settings as ScheduleSettings, training)
    expect(call).toThrow(ArgumentError)
    expect(call).toThrow(message)
  })

  it('print themselves', () => {
    expect(resolveSchedule({ kind: 'cosine', warmup: 0.5 }, training).describe()).toBe('cosine, warmup 0.5, final 0')
  })
})
