/** Networks as data: wiring, JSON, volumes, receptive fields, and the errors of each. */

import { describe, expect, it } from 'vitest'
import { printVolume } from '../core/shapes.ts'
import { layers } from '../layers/layers.ts'
import { parse } from '../notation/parse.ts'
import {
  inferVolumes,
  makeNetwork,
  NetworkError,
  NetworkFileError,
  type NetworkNode,
  networkFromJson,
  networkToJson,
  SizeError,
} from './index.ts'

const input: NetworkNode = { name: 'in', type: 'input', attributes: { height: 4, width: 4, channels: 2 }, inputs: [] }
const relu = (name: string, ...inputs: string[]): NetworkNode => ({ name, type: 'relu', attributes: {}, inputs })
const sum = (name: string, ...inputs: string[]): NetworkNode => ({ name, type: 'add', attributes: {}, inputs })

describe('wiring', () => {
  it('is frozen to the depth, and a copy', () => {
    const attributes = { height: 4, width: 4, channels: 2 }
    const network = makeNetwork([{ ...input, attributes }, relu('a', 'in')])
    expect(() => Object.assign(network.nodes[0]?.attributes as object, { height: 5 })).toThrow(TypeError)
    attributes.height = 9
    expect(network.nodes[0]?.attributes).toEqual({ height: 4, width: 4, channels: 2 })
  })

  it.each<[string, readonly NetworkNode[], RegExp]>([
    ['nothing', [], /^a network needs at least an INPUT/],
    ['no INPUT', [relu('a')], /^a: wrong number of inputs.*try: a network has one INPUT, and starts with it/s],
    ['an INPUT that comes late', [relu('a', 'in'), input], /^a: its input is not an earlier node\n {2}received: in$/],
    [
      'an INPUT inside',
      [input, { ...input, name: 'b', inputs: ['in'] }],
      /^b: wrong number.*try: a network has one INPUT/s,
    ],
    ['a wrong number of inputs', [input, relu('a', 'in', 'in')], /^a: wrong number of inputs.*try: check the wiring/s],
    ['an INPUT with an input', [{ ...input, inputs: ['in'] }], /^in: wrong number of inputs.*try: check the wiring/s],
    [
      'two INPUTs',
      [input, { ...input, name: 'in2' }, sum('s', 'in', 'in2')],
      /^a network has one INPUT, and starts with it\n {2}received: input, input, add$/,
    ],
    ['a name twice', [input, relu('a', 'in'), relu('a', 'a')], /^two nodes have the same name\n {2}received: a/],
    ['an input that comes later', [input, relu('a', 'b'), sum('b', 'a', 'in')], /^a: its input is not an earlier node/],
    ['an input that is itself', [input, sum('a', 'in', 'a')], /^a: its input is not an earlier node\n {2}received: a$/],
    ['an unknown type', [input, { ...relu('a', 'in'), type: 'rleu' }], /^a: no layer of this type\n {2}received: rleu/],
    ['a type that every object has', [input, { ...relu('a', 'in'), type: 'constructor' }], /^a: no layer of this type/],
    [
      'a node that nobody reads',
      [input, relu('a', 'in'), relu('b', 'in')],
      /^a: nothing uses its output.*b to be the/s,
    ],
    ['a name that is no name', [input, relu('a b', 'in')], /^a node has an invalid name\n {2}received: "a b"/],
    ['a name that is too long', [input, relu('a'.repeat(201), 'in')], /^a node has an invalid name/],
  ])('refuses %s', (_, nodes, message) => {
    expect(() => makeNetwork(nodes)).toThrow(NetworkError)
    expect(() => makeNetwork(nodes)).toThrow(message)
  })

  it('takes names as long as they may be', () => {
    expect(makeNetwork([input, relu('_'.repeat(200), 'in')]).nodes).toHaveLength(2)
  })
})

describe('the number of inputs', () => {
  const branches = (count: number) => makeNetwork([input, sum('s', ...Array<string>(count).fill('in'))])

  it.each([2, 3, 64])('may be %i for ADD', (count) => {
    expect(branches(count).nodes[1]?.inputs).toHaveLength(count)
  })

  it.each<[string, string, string, () => unknown]>([
    ['0', '2 to 64', 'ADD', () => branches(0)],
    ['1', '2 to 64', 'ADD', () => branches(1)],
    ['65', '2 to 64', 'ADD', () => branches(65)],
    ['0', '1', 'RELU', () => makeNetwork([input, relu('s')])],
    ['2', '1', 'RELU', () => makeNetwork([input, relu('s', 'in', 'in')])],
    ['1', '0', 'INPUT', () => makeNetwork([input, { ...input, name: 's', inputs: ['in'] }])],
  ])('%s is refused where %s are expected: %s', (received, expected, _, make) => {
    expect(make).toThrow(NetworkError)
    expect(make).toThrow(`s: wrong number of inputs\n  received: ${received}\n  expected: ${expected}`)
  })
})

describe('JSON', () => {
  const network = parse('INPUT 8x8x3 -> ADD(ID | CONV3-3 -> BN) -> RELU -> POOL2 -> FC-2')

  it('comes back the same', () => {
    expect(networkFromJson(networkToJson(network))).toEqual(network)
  })

  it.each<[string, (json: Record<string, unknown>) => unknown, RegExp]>([
    ['another format', (json) => ({ ...json, format: 'onnx' }), /^not a network\n {2}received: at format: /],
    ['a later version', (json) => ({ ...json, version: 2 }), /^not a network\n {2}received: at version: /],
    ['a field too many', (json) => ({ ...json, weights: [] }), /^not a network\n {2}received: at the top: /],
    ['no nodes', (json) => ({ ...json, nodes: [] }), /^not a network\n {2}received: at nodes: /],
    [
      'attributes that the layer does not allow',
      (json) => replaceAttributes(json, 'conv1', { stride: [0, 1] }),
      /^conv1: invalid attributes of a conv layer\n {2}received: at stride\.0: /,
    ],
    [
      'attributes of the wrong type',
      (json) => replaceAttributes(json, 'conv1', { filters: '64' }),
      /^conv1: invalid attributes of a conv layer\n {2}received: at filters: /,
    ],
    [
      'attributes that the layer does not have',
      (json) => replaceAttributes(json, 'bn1', { affine: true }),
      /^bn1: invalid attributes of a bn layer/,
    ],
  ])('refuses %s', (_, change, message) => {
    const changed = JSON.stringify(change(JSON.parse(networkToJson(network))))
    expect(() => networkFromJson(changed)).toThrow(NetworkFileError)
    expect(() => networkFromJson(changed)).toThrow(message)
    expect(() => networkFromJson(JSON.parse(changed))).toThrow(message)
  })

  it('refuses text that is not JSON, and volumes that do not work out', () => {
    expect(() => networkFromJson('{"format":')).toThrow(NetworkFileError)
    const small = replaceAttributes(JSON.parse(networkToJson(network)), 'input', { height: 1 })
    expect(() => networkFromJson(JSON.stringify(small))).toThrow(SizeError)
  })
})

function replaceAttributes(json: Record<string, unknown>, name: string, attributes: object): object {
  const nodes = json.nodes as { name: string; type: string; attributes: object }[]
  return {
    ...json,
    nodes: nodes.map((node) =>
      node.name === name || node.type === name ? { ...node, attributes: { ...node.attributes, ...attributes } } : node,
    ),
  }
}

describe('volumes', () => {
  it.each([
    ['INPUT 13x9x4 -> CONV3x5-6 s2x1 g2', '7×9×6'],
    ['INPUT 14x14x4 -> POOL3 s2', '6×6×4'],
    ['INPUT 14x14x4 -> POOL3 s2 ceil', '7×7×4'],
    ['INPUT 7x7x4 -> CONV3-8 s2 p0,0,1,1', '3×3×8'],
    ['INPUT 6x6x4 -> CONCAT(CONV1-3 | CONV3-5 | ID)', '6×6×12'],
    ['INPUT 6x6x4 -> WIDEN-10 -> GAP', '1×1×10'],
    ['INPUT 6x5x12 -> MAXOUT3', '6×5×4'],
    ['INPUT 6x5x4 -> MULTIPLY(ID | GAP -> CONV1-4 -> SIGMOID)', '6×5×4'],
    ['INPUT 6x5x4 -> MULTIPLY(GAP | ID | TANH | FC-4)', '6×5×4'],
    ['INPUT 6x5x4 -> MULTIPLY(GAP | FC-4)', '1×1×4'],
    ['INPUT 6x5x4 -> PRELU shared -> SCALE 1e-6 learned -> SCALE -2 -> DROPPATH 0.2 -> SILU', '6×5×4'],
    ['INPUT 65536x65536x4096', '65536×65536×4096'],
    ['INPUT 4096x4096x1 -> FC-1048576', '1×1×1048576'],
  ])('%s: %s', (text, volume) => {
    const last = inferVolumes(parse(text)).at(-1)
    expect(last && printVolume(last.output)).toBe(volume)
  })

  it.each([
    ['INPUT 4x4x3 -> CONV3-4 g2', 'groups'],
    ['INPUT 4x4x3 -> ADD(ID | CONV3-4)', 'one volume'],
    ['INPUT 4x4x3 -> MULTIPLY(ID | CONV3-4)', 'the same volume, or one position'],
    ['INPUT 4x4x3 -> MULTIPLY(ID | GAP -> CONV1-4)', 'CONV1-3 at the end of a branch'],
    ['INPUT 4x4x3 -> MULTIPLY(POOL2 | ID)', 'the same volume, or one position'],
    ['INPUT 4x4x3 -> MAXOUT2', 'divide evenly'],
    ['INPUT 4x4x3 -> CONCAT(ID | POOL2)', 'one height and width'],
    ['INPUT 4x4x3 -> WIDEN-2', 'only adds'],
    ['INPUT 4x4x3 -> POOL2 p2', 'wholly in the padding'],
    ['INPUT 4x4x3 -> POOL5', 'does not fit'],
    ['INPUT 65536x65536x4097', 'too large for any memory'],
    ['INPUT 4096x4096x1 -> FC-1048577', 'too large for any memory'],
  ])('%s is refused: %s', (text, message) => {
    expect(() => parse(text)).toThrow(message)
    expect(() => parse(text)).toThrow(SizeError)
  })
})

it('does not pass mistakes in the code of a layer off as sizes', () => {
  const network = makeNetwork([
    input,
    { name: 'c', type: 'conv', attributes: { filters: 1, groups: 1 }, inputs: ['in'] },
  ])
  expect(() => inferVolumes(network)).toThrow(TypeError)
})

describe('layers', () => {
  it.each(Object.values(layers).map((layer) => [layer.type, layer] as const))(
    '%s: its example reads and writes',
    (_, layer) => {
      const { example } = layer.notation.form
      const text =
        layer.inputs.min === 0
          ? `${example} -> RELU`
          : `INPUT 8x8x4 -> ${example.replaceAll('64', '4').replaceAll('128', '8')}`
      const [node] = parse(text).nodes.filter(({ type }) => type === layer.type)
      if (node === undefined) throw new Error(`no ${layer.type} in ${text}`)
      const written = layer.notation.write(node.attributes)
      expect(layer.notation.read(written)).toEqual(node.attributes)
      expect(layer.attributes.fault(node.attributes)).toBeUndefined()
    },
  )
})
