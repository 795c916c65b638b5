import { describe, expect, it } from 'vitest'
import { type EpochProgress, noEvaluation } from '../train/progress.ts'
import { EpochRows } from './epochRows.ts'
import { stepWords } from './trainProgress.ts'

const progress = {
  kind: 'epoch',
  epoch: 9,
  epochs: 200,
  step: 9000,
  steps: 200_000,
  stepInEpoch: 1000,
  stepsPerEpoch: 1000,
  loss: 0.1234,
  accuracy: 0.9877,
  rate: 0.0301,
  imagesPerSecond: 30_843,
  secondsLeft: 7800,
  records: [],
  evaluation: { loss: 0.2345, accuracy: 1, count: 100, invalid: 0, perClass: [], confusion: [], pairs: [] },
} satisfies EpochProgress

describe('rows of epochs', () => {
  it.each([
    [100, ['loss', 'accuracy', 'test loss', 'test accuracy', 'rate', 'images/s']],
    [80, ['loss', 'accuracy', 'test loss', 'test accuracy', 'rate', 'images/s']],
    [60, ['loss', 'accuracy', 'test loss', 'test accuracy']],
    [40, ['loss', 'test accuracy']],
    [20, ['test accuracy']],
  ])('fit %i columns', (width, titles) => {
    const lines = new EpochRows(width).next(progress)
    expect(lines).toHaveLength(2)
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(Math.max(width, 22))
    expect(lines[0]?.trim().split(/\s{2,}/)).toEqual(['epoch', ...titles])
    expect(lines[1]).toContain('9/200')
    expect(lines[1]).toContain('100.00 %')
  })

  it('mark the best so far, and name the split that is watched', () => {
    const rows = new EpochRows(60)
    const best = { epoch: 9, loss: 0.2345, accuracy: 1, split: 'validation' } as const
    const [titles, line] = rows.next({ ...progress, best, evaluatedOn: 'validation' })
    expect(titles).toMatch(/val. loss +val. accuracy$/)
    expect(line).toMatch(/100.00 % {2}best$/)
    expect(rows.next({ ...progress, best, epoch: 10 })[0]).not.toContain('best')
  })

  it('have titles once, and a dash where nothing was evaluated', () => {
    const rows = new EpochRows(80)
    rows.next(progress)
    const [line, ...more] = rows.next({ ...progress, evaluation: noEvaluation })
    expect(more).toEqual([])
    expect(line?.match(/–/g)).toHaveLength(2)
  })
})

describe('the words of a step', () => {
  it('fit the room, the time left and the loss first', () => {
    const whole = 'loss 0.1234, accuracy 98.77 %, 30,843 images/s, 2 h 10 min left'
    expect(stepWords(progress, 80)).toBe(whole)
    expect(stepWords(progress, whole.length - 1)).toBe('loss 0.1234, accuracy 98.77 %, 2 h 10 min left')
    expect(stepWords(progress, 30)).toBe('loss 0.1234, 2 h 10 min left')
    expect(stepWords(progress, 5)).toBe('2 h 10 min left')
  })
})
