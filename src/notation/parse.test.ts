import { describe, expect, it } from 'vitest'
import type { Network } from '../network/network.ts'
import { parse } from './index.ts'

const names = ({ nodes }: Network) => nodes.map(({ name }) => name)
const node = (network: Network, name: string) => network.nodes.find((candidate) => candidate.name === name)

describe('words', () => {
  it('reads the front door network', () => {
    const network = parse(
      'INPUT 28x28x1 -> CONV5-6 -> RELU -> POOL2 -> CONV5-16 p0 -> RELU -> POOL2 -> FC-120 -> RELU -> FC-84 -> RELU -> FC-10',
    )
    expect(network.format).toBe('lenslet.network')
    expect(names(network)).toEqual('input1 conv1 relu1 pool1 conv2 relu2 pool2 fc1 relu3 fc2 relu4 fc3'.split(' '))
    expect(node(network, 'conv2')).toEqual({
      name: 'conv2',
      type: 'conv',
      attributes: {
        filters: 16,
        kernel: [5, 5],
        stride: [1, 1],
        padding: [0, 0, 0, 0],
        dilation: [1, 1],
        groups: 1,
        bias: true,
      },
      inputs: ['pool1'],
    })
  })

  it('reads sizes, options and flags', () => {
    const network = parse('INPUT 32x32x4 -> CONV3x5-64 s2x1 p0,0,1,1 d2 g2 nobias -> POOL3 s2 ceil')
    expect(node(network, 'conv1')?.attributes).toEqual({
      filters: 64,
      kernel: [3, 5],
      stride: [2, 1],
      padding: [0, 0, 1, 1],
      dilation: [2, 2],
      groups: 2,
      bias: false,
    })
    expect(node(network, 'pool1')?.attributes).toMatchObject({ kernel: [3, 3], stride: [2, 2], ceil: true })
  })

  it('reads numbers as people write them', () => {
    for (const [text, rate] of [
      ['0.25', 0.25],
      ['.25', 0.25],
      ['25e-2', 0.25],
      ['0', 0],
    ] as const) {
      expect(node(parse(`INPUT 4x4x1 -> DROPOUT ${text} -> FC-2`), 'dropout1')?.attributes).toEqual({ rate })
    }
  })
})

describe('spelling', () => {
  const plain = parse('INPUT 32x32x3 -> CONV3x5-8 s2 -> POOL2 -> FC-10')

  it.each([
    ['the table form of the volume', 'INPUT: [32x32x3] -> CONV3x5-8 s2 -> POOL2 -> FC-10'],
    ['the volume in brackets', 'INPUT [32 x 32 x 3] -> CONV3x5-8 s2 -> POOL2 -> FC-10'],
    ['the volume after a colon', 'INPUT: 32x32x3 -> CONV3x5-8 s2 -> POOL2 -> FC-10'],
    ['no spaces', 'INPUT 32x32x3->CONV3x5-8 s2->POOL2->FC-10'],
    ['small letters', 'input 32X32X3 -> conv3X5-8 S2 -> pool2 -> fc-10'],
    ['typeset signs', 'INPUT 32×32×3 → CONV3×5–8 s2 → POOL2 → FC−10'],
    ['lines', 'INPUT\n  32x32x3\n->\nCONV3x5-8\ns2\n-> POOL2 -> FC-10\n'],
    ['CRLF, tabs, a byte-order mark', '\uFEFFINPUT 32x32x3\r\n\t-> CONV3x5-8\ts2\r\n\t-> POOL2 -> FC-10\r\n'],
    ['comments', '# mine\nINPUT 32x32x3 // [pictures\n-> CONV3x5-8 s2# -> RELU\n-> POOL2 -> FC-10 //'],
    ['brackets without effect', '[[INPUT 32x32x3] -> [CONV3x5-8 s2 -> [POOL2]*1]] -> FC-10'],
  ])('%s', (_, text) => {
    expect(parse(text)).toEqual(plain)
  })
})

describe('groups', () => {
  it('repeats, nested', () => {
    const network = parse('INPUT 32x32x3 -> [[CONV3-8 -> RELU] * 2 -> POOL2]*3 -> FC-10')
    expect(names(network).filter((name) => name.startsWith('conv'))).toHaveLength(6)
    expect(node(network, 'conv3')?.inputs).toEqual(['pool1'])
    expect(node(network, 'fc1')?.inputs).toEqual(['pool3'])
  })

  it('leaves out what is repeated zero times, as the notes allow', () => {
    expect(parse('INPUT 8x8x3 -> [[CONV3-8]*0 -> RELU]*1 -> [POOL2]*0 -> FC-10')).toEqual(
      parse('INPUT 8x8x3 -> RELU -> FC-10'),
    )
  })

  it('takes letters after * from the bindings', () => {
    const pattern = 'INPUT 32x32x3 -> [[CONV3-8 -> RELU]*N -> POOL2]*M -> [FC-16 -> RELU]*K -> FC-10'
    expect(parse(pattern, { bindings: { N: 2, M: 3, K: 0 } })).toEqual(
      parse('INPUT 32x32x3 -> [[CONV3-8 -> RELU]*2 -> POOL2]*3 -> FC-10'),
    )
  })
})

describe('branches', () => {
  it('wires a residual block', () => {
    const network = parse('INPUT 8x8x4 -> RELU -> ADD(ID | CONV3-4 -> BN) -> RELU')
    expect(network.nodes.map(({ name, inputs }) => [name, ...inputs])).toEqual([
      ['input1'],
      ['relu1', 'input1'],
      ['conv1', 'relu1'],
      ['bn1', 'conv1'],
      ['add1', 'relu1', 'bn1'],
      ['relu2', 'add1'],
    ])
  })

  it('nests, and takes an empty branch for ID', () => {
    const text = (identity: string) =>
      `INPUT 8x8x4 -> CONCAT(ADD(${identity}|CONV3-4)->RELU | [CONV1-2]*2 | ${identity})`
    const network = parse(text('ID'))
    expect(parse(text(''))).toEqual(network)
    expect(parse(text('id'))).toEqual(network)
    expect(node(network, 'add1')?.inputs).toEqual(['input1', 'conv1'])
    expect(node(network, 'concat1')?.inputs).toEqual(['relu1', 'conv3', 'input1'])
  })

  it('takes one value several times', () => {
    expect(node(parse('INPUT 8x8x4 -> ADD(ID | ID)'), 'add1')?.inputs).toEqual(['input1', 'input1'])
  })
})

describe('names', () => {
  it('keeps what a person wrote, and counts around it', () => {
    const network = parse('INPUT 8x8x4 -> conv2: CONV3-4 -> CONV3-4 -> CONV3-4 -> block/a.1-x: ADD(ID | sum: RELU)')
    expect(names(network)).toEqual(['input1', 'conv2', 'conv1', 'conv3', 'sum', 'block/a.1-x'])
  })

  it('may be words, and INPUT may have one', () => {
    const network = parse('input: INPUT 8x8x4 -> relu: RELU -> ID: ADD(conv: RELU | ID)')
    expect(names(network)).toEqual(['input', 'relu', 'conv', 'ID'])
  })

  it('numbers the copies of a repeated name, over all groups around it', () => {
    expect(names(parse('INPUT 8x8x4 -> [[a: RELU]*2 -> b: BN]*2'))).toEqual([
      'input1',
      'a',
      'a_2',
      'b',
      'a_3',
      'a_4',
      'b_2',
    ])
  })
})
