/** The harness itself: each kind of fault that a kernel or a gradient rule can have is made once, and must be seen. */

import { describe, expect, it } from 'vitest'
import { opCase } from '../cases.ts'
import { pointwise } from '../pointwise/op.ts'
import { f32 } from '../specs.ts'
import type { GradientRule, Op } from '../types.ts'
import type { WasmCall, WasmKernel } from '../wasm/types.ts'
import { checkReferenceInPlace, ReferenceFault } from './arrays.ts'
import { checkGradient, GradientFault } from './differences.ts'
import { checkCase, KernelFault, kernelOf } from './harness.ts'

type Attributes = { readonly function: 'relu' }

const length = 10_000
const relu = { function: 'relu' } as const

const apart: Op<Attributes> = { ...(pointwise as Op<Attributes>), inPlace: [] }

/** Checks ReLU with its one call changed. */
function faulty(change: (call: WasmCall, at: { x: number; y: number }) => WasmCall): () => void {
  const row = opCase({ name: 'faulty', op: apart, attributes: relu, inputs: [f32(length)], terms: 1 })
  const right = kernelOf(row)
  const kernel: WasmKernel<object> = {
    calls(step, at, context) {
      const [call] = right.calls(step, at, context).run as readonly [WasmCall]
      return { run: [change(call, { x: at.inputs[0] as number, y: at.outputs[0] as number })] }
    },
  }
  return () => checkCase(row, 'plain-single', 1, kernel)
}

/** The call with an argument replaced: 0 x, 1 y, 2 count, 3 parameter, 4 chunk. */
function withArgument(call: WasmCall, index: number, value: number): WasmCall {
  return { ...call, args: call.args.map((old, i) => (i === index ? value : old)) }
}

/** Its gradient rule. */
function ruleOf({ gradient }: Op<Attributes>): GradientRule<Attributes> {
  if (gradient === 'none') throw new Error('there should be a rule')
  return gradient
}

describe('the kernel harness', () => {
  it('lets a right kernel pass', () => {
    expect(faulty((call) => call)).not.toThrow()
  })

  it('sees a value written behind an output', () => {
    expect(faulty((call) => withArgument(call, 2, length + 1))).toThrow(/wrote behind output 0/)
  })

  it('sees a value written in front of an output', () => {
    expect(faulty((call, { y }) => withArgument(call, 1, y - 4))).toThrow(/wrote between input 0 and output 0/)
  })

  it('sees an output left unwritten', () => {
    expect(faulty((call) => withArgument(call, 2, length - 1))).toThrow(/element 9999 of output 0 unwritten/)
  })

  it('sees an input written', () => {
    expect(faulty((call, { x }) => withArgument(call, 1, x))).toThrow(/of input 0, which it may only read/)
  })

  it('sees wrong values', () => {
    expect(faulty((call) => ({ ...withArgument(call, 3, 0.5), kernel: 'lreluForward' }))).toThrow(/expected 0 ±/)
  })

  it('sees a read beyond an input', () => {
    expect(faulty((call, { x }) => withArgument(call, 0, x + 4))).toThrow(KernelFault)
  })

  it('sees results that depend on the order of tiles', () => {
    // Three rows of 2000 values, each followed by as many zeros: the next row lies on them, and the last one to come wins.
    const kernel: WasmKernel<object> = {
      calls: (_step, { inputs, outputs }) => {
        const args = [inputs[0] as number, outputs[0] as number, 3, 2000, 8000, 8000, 0, 2000, 1]
        return { run: [{ kernel: 'channelsCopy', args, tiles: 3 }] }
      },
    }
    const op: Op<Attributes> = {
      ...apart,
      outputs: () => [f32(8000)],
      reference(_step, { inputs, outputs }) {
        const [x, y] = [inputs[0] as Float64Array, outputs[0] as Float64Array]
        y.fill(0)
        y.set(x.subarray(0, 6000))
      },
    }
    const row = opCase({ name: 'overlapping', op, attributes: relu, inputs: [f32(6000)], terms: 1 })
    expect(() => {
      for (const seed of [1, 2, 3, 4]) checkCase(row, 'plain-single', seed, kernel)
    }).toThrow(/other bits at \d+ when tiles are dealt in another order/)
  })

  it('sees a kernel that is missing and arguments that are', () => {
    expect(faulty((call) => ({ ...call, kernel: 'nowhere' }))).toThrow(/no kernel "nowhere"/)
    expect(faulty((call) => ({ ...call, args: call.args.slice(1) }))).toThrow(/takes 5 arguments of its own/)
  })
})

describe('finite differences', () => {
  it('see a gradient that is too large, and one that is not given', () => {
    const right = pointwise as Op<Attributes>
    const doubled: Op<Attributes> = {
      ...right,
      gradient(step, gradients, tape) {
        ruleOf(right)(step, gradients, {
          ...tape,
          give(value, gradient) {
            for (const _ of [0, 1]) tape.give(value, gradient)
          },
        })
      },
    }
    const silent: Op<Attributes> = { ...right, gradient() {} }
    for (const op of [doubled, silent])
      expect(() => checkGradient(opCase({ name: 'faulty', op, attributes: relu, inputs: [f32(9)], terms: 1 }))).toThrow(
        GradientFault,
      )
  })

  it('see a gradient for an input that is said to be constant', () => {
    const deaf: Op<Attributes> = {
      ...apart,
      gradient: (step, gradients, tape) => ruleOf(apart)(step, gradients, { ...tape, wants: () => true }),
    }
    const row = { name: 'constant', attributes: relu, inputs: [f32(9)], terms: 1, constant: [0] }
    expect(() => checkGradient(opCase({ ...row, op: deaf }))).toThrow(/given to a constant input/)
    expect(() => checkGradient(opCase({ ...row, op: apart }))).not.toThrow()
  })
})

describe('references', () => {
  it('are seen to read what they have overwritten', () => {
    const reversed: Op<Attributes> = {
      ...apart,
      inPlace: [[0, 0]],
      reference(_step, { inputs: [x], outputs: [y] }) {
        for (let i = 0; i < length; i++) (y as Float64Array)[i] = (x as Float64Array)[length - 1 - i] as number
      },
    }
    const row = { name: 'faulty', attributes: relu, inputs: [f32(length)], terms: 1 }
    expect(() => checkReferenceInPlace(opCase({ ...row, op: reversed }))).toThrow(ReferenceFault)
    expect(() => checkReferenceInPlace(opCase({ ...row, op: pointwise }))).not.toThrow()
  })
})
