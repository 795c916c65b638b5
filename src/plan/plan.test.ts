/** What plans promise: memory that adds up, fusion, prints. Goals, taps and frozen layers are in goals.test.ts. */

import { describe, expect, it } from 'vitest'
import { ArgumentError } from '../core/errors.ts'
import { SizeError } from '../network/errors.ts'
import { parse } from '../notation/parse.ts'
import { wasmTarget } from '../ops/wasm/target.ts'
import { cost, type PlanMemory, type PlanOptions, plan, printPlan } from './index.ts'

const tiny = parse('INPUT 6x6x2 -> CONV3-4 -> RELU -> POOL2 -> FC-3')
const everything = parse(`INPUT 8x8x2 -> CONV3-4 nobias -> BN -> RELU
  -> ADD(ID | CONV3-4 -> BN -> TANH -> CONV3-4 d2)
  -> CONCAT(CONV1-3 | CONV3-4 g2 -> SIGMOID) -> AVGPOOL2
  -> ADD(POOL1 s2 -> WIDEN-9 | CONV3-9 s2 -> LRELU 0.1) -> GAP -> FC-5 -> TANH -> FC-3 -> SOFTMAX`)

describe('memory', () => {
  const parts = ({ arenaBytes: _, ...others }: PlanMemory) => Object.values(others).reduce((a, b) => a + b, 0)
  const variations: readonly PlanOptions[] = [
    { batch: 1 },
    { batch: 7, threads: 3 },
    { batch: 5, mode: 'training', optimizer: 'adam' },
    { batch: 5, mode: 'training', optimizer: 'momentum', clipNorm: 1, labelSmoothing: 0.1 },
    { batch: 2, mode: 'gradients' },
  ]

  it.each(variations)('adds up to the arena, and every buffer lies inside it: %o', (options) => {
    const made = plan(everything, options)
    expect(parts(made.memory)).toBe(made.arenaBytes)
    expect(made.memory.arenaBytes).toBe(made.arenaBytes)
    expect(made.arenaBytes % 65536).toBe(0)
    expect(made.memory.padding).toBeGreaterThanOrEqual(0)
    for (const { offset, bytes } of made.buffers) {
      expect(offset % 64).toBe(0)
      expect(offset).toBeGreaterThanOrEqual(made.head)
      expect(offset + bytes).toBeLessThanOrEqual(made.scratch.offset)
    }
    expect(made.scratch.offset + made.target.threads * made.scratch.bytesPerThread).toBeLessThanOrEqual(made.arenaBytes)
  })

  it('drops dead activations at inference and keeps them for training', () => {
    const deep = parse('INPUT 32x32x8 -> [CONV3-8 -> RELU]*10 -> GAP -> FC-2')
    const forward = plan(deep, { batch: 4 }).memory
    const training = plan(deep, { batch: 4, mode: 'training' }).memory
    const volume = 4 * 32 * 32 * 8 * 4
    expect(forward.activations).toBeLessThanOrEqual(2 * volume)
    expect(training.activations).toBeGreaterThanOrEqual(9 * volume)
  })

  it('counts the optimizer: none, one, two numbers a parameter', () => {
    const parameters = cost(tiny).totals.parameters * 4
    const bytes = (optimizer: NonNullable<PlanOptions['optimizer']>) =>
      plan(tiny, { mode: 'training', optimizer }).memory.optimizer
    expect(bytes('sgd')).toBe(0)
    expect(bytes('momentum')).toBe(parameters)
    expect(bytes('adam')).toBe(2 * parameters)
  })
})

describe('fusion', () => {
  /** Of the plan's first section. */
  const kinds = (text: string, options: PlanOptions = {}) => {
    const { steps, sections } = plan(parse(text), options)
    return steps.slice(0, (sections.main ?? sections.scores)?.to).map(({ kind }) => kind)
  }

  it('takes the ReLU into the convolution', () => {
    expect(kinds('INPUT 4x4x1 -> CONV3-2 -> RELU -> FC-2')).toEqual(['conv2d', 'conv2d'])
  })

  it('takes ReLU6 into the convolution, and not into a norm or a sum, which cut below only', () => {
    expect(kinds('INPUT 4x4x1 -> CONV3-2 -> BN -> RELU6 -> CONV3-2 g2 -> RELU6 -> FC-2 -> RELU6')).toEqual([
      'conv2d',
      'conv2d',
      'conv2d',
    ])
    expect(kinds('INPUT 4x4x1 -> BN -> RELU6 -> ADD(ID | CONV1-1) -> RELU6')).toEqual([
      'batchNorm.inference',
      'pointwise',
      'conv2d',
      'add',
      'pointwise',
    ])
  })

  it('does not where somebody else reads the sum before it', () => {
    expect(kinds('INPUT 4x4x1 -> CONV3-2 -> ADD(ID | RELU)')).toContain('pointwise')
  })

  it('folds a norm and its ReLU into the convolution before it, at inference', () => {
    const text = 'INPUT 4x4x1 -> CONV3-2 nobias -> BN -> RELU -> ADD(ID | BN) -> FC-2 -> BN'
    expect(kinds(text)).toEqual(['conv2d', 'batchNorm.inference', 'add', 'conv2d', 'batchNorm.inference'])
    expect(kinds(text, { mode: 'training', batch: 2 }).filter((kind) => kind === 'batchNorm')).toHaveLength(3)
  })

  it('takes the ReLU into norms of a batch and of groups', () => {
    const text = 'INPUT 4x4x4 -> GN g2 -> RELU -> LN volume -> RELU -> IN -> RELU -> BN -> RELU -> FC-2'
    const groups = ['groupNorm', 'groupNorm', 'groupNorm']
    expect(kinds(text)).toEqual([...groups, 'batchNorm.inference', 'conv2d'])
    expect(kinds(text, { mode: 'training', batch: 2 }).slice(0, 4)).toEqual([...groups, 'batchNorm'])
  })

  it.each(['noscale', 'noshift', 'noscale noshift'])('folds a norm with %s', (flags) => {
    expect(kinds(`INPUT 4x4x1 -> CONV3-2 -> BN ${flags} -> RELU -> FC-2`)).toEqual(['conv2d', 'conv2d'])
    const { buffers } = plan(parse(`INPUT 4x4x1 -> CONV3-2 -> BN ${flags} -> FC-2`), { mode: 'training', batch: 2 })
    const learned = buffers.filter(({ role }) => role === 'parameter').map(({ name }) => name)
    expect(learned.includes('bn1.scale')).toBe(!flags.includes('noscale'))
    expect(learned.includes('bn1.shift')).toBe(!flags.includes('noshift'))
  })

  it('leaves a norm apart whose scale or shift needs a gradient', () => {
    const text = 'INPUT 4x4x1 -> CONV3-2 nobias -> BN -> FC-2'
    const goal = { kind: 'gradients', statistics: 'tracked' } as const
    expect(kinds(text, { goal: { ...goal, to: ['weights'] } })).toContain('batchNorm.inference')
    expect(kinds(text, { goal: { ...goal, to: ['pictures'] } })).not.toContain('batchNorm.inference')
  })

  it('leaves the dropout out at inference and the softmax out of training', () => {
    const text = 'INPUT 4x4x1 -> DROPOUT 0.5 -> FC-2 -> SOFTMAX'
    expect(kinds(text)).toEqual(['conv2d', 'softmax'])
    const training = kinds(text, { mode: 'training' })
    expect(training).toContain('dropout')
    expect(training).not.toContain('softmax')
  })

  it('computes no gradient of the pictures', () => {
    const made = plan(tiny, { mode: 'training' })
    expect(made.steps.filter(({ kind, node }) => kind === 'conv2d.inputGradient' && node === 'conv1')).toEqual([])
  })
})

describe('print', () => {
  it('of a small network, inference', () => {
    expect(printPlan(plan(tiny, { batch: 2 }))).toMatchSnapshot()
  })
  it('of a small network, training', () => {
    expect(printPlan(plan(tiny, { batch: 2, mode: 'training', optimizer: 'momentum' }))).toMatchSnapshot()
  })
  it('survives JSON', () => {
    const made = plan(everything, { mode: 'training' })
    expect(printPlan(JSON.parse(JSON.stringify(made)))).toBe(printPlan(made))
  })
})

describe('refuses', () => {
  it.each([
    { batch: 0 },
    { batch: 1.5 },
    { threads: 0 },
    { clipNorm: -1, mode: 'training' },
    { labelSmoothing: 1, mode: 'training' },
    { optimizer: 'adm', mode: 'training' },
    { mode: 'train' },
    { goal: { kind: 'loss' } },
    { goal: { kind: 'scores' }, mode: 'inference' },
    { goal: { kind: 'training', update: 'at once', clipNorm: 1 } },
    { goal: { kind: 'training', loss: 'hinges' } },
    { goal: { kind: 'gradients', to: [] } },
    { goal: { kind: 'gradients', to: [{ weight: 'conv1.fliters' }] } },
    { goal: { kind: 'gradients', of: { node: 'conv9' } } },
    { taps: ['conv9'] },
    { frozen: ['stage*'], mode: 'training' },
    { target: wasmTarget(), threads: 2 },
  ])('%o', (options) => {
    expect(() => plan(tiny, options as unknown as PlanOptions)).toThrow(ArgumentError)
  })

  it('a filter larger than the padded picture, with the arithmetic', () => {
    expect(() => cost(parse('INPUT 2x2x1 -> CONV3-64 p0'))).toThrow(/\(2 − 3 \+ 2·0\)\/1 \+ 1 = 0/)
    expect(() => cost(parse('INPUT 2x2x1 -> CONV3-64 p0'))).toThrow(SizeError)
  })
})
