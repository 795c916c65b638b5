/** Networks as data: wiring, JSON, volumes, receptive fields, and the errors of each. */

import { describe, expect, it } from 'vitest'
import { printVolume } from '../core/index.ts'
import { layers } from '../layers/index.ts'
import { parse } from '../notation/index.ts'
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

  it.each<[string, readonly NetworkNode[]]>([
    ['nothing', []],
    ['no INPUT', [relu('a')]],
    ['two INPUTs', [input, { ...input, name: 'in2' }, sum('s', 'in', 'in2')]],
    ['a name twice', [input, relu('a', 'in'), relu('a', 'a')]],
    ['an input that comes later', [input, relu('a', 'b'), relu('b', 'a')]],
    ['an unknown type', [input, { ...relu('a', 'in'), type: 'rleu' }]],
    ['a type that every object has', [input, { ...relu('a', 'in'), type: 'constructor' }]],
    ['one branch to add', [input, sum('s', 'in')]],
    ['a node that nobody reads', [input, relu('a', 'in'), relu('b', 'in')]],
    ['a name that is no name', [input, relu('a b', 'in')]],
  ])('refuses %s', (_, nodes) => {
    expect(() => makeNetwork(nodes)).toThrow(NetworkError)
  })
})

describe('JSON', () => {
  const network = parse('INPUT 8x8x3 -> ADD(ID | CONV3-3 -> BN) -> RELU -> POOL2 -> FC-2')

  it('comes back the same', () => {
    expect(networkFromJson(networkToJson(network))).toEqual(network)
  })

  it.each<[string, (json: Record<string, unknown>) => unknown]>([
    ['another format', (json) => ({ ...json, format: 'onnx' })],
    ['a later version', (json) => ({ ...json, version: 2 })],
    ['a field too many', (json) => ({ ...json, weights: [] })],
    ['attributes that the layer has not', (json) => replaceAttributes(json, 'conv1', { stride: [0, 1] })],
    ['attributes of the wrong type', (json) => replaceAttributes(json, 'conv1', { filters: '64' })],
  ])('refuses %s', (_, change) => {
    expect(() => networkFromJson(JSON.stringify(change(JSON.parse(networkToJson(network)))))).toThrow(NetworkFileError)
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
  ])('%s: %s', (text, volume) => {
    const last = inferVolumes(parse(text)).at(-1)
    expect(last && printVolume(last.output)).toBe(volume)
  })

  it.each([
    ['INPUT 4x4x3 -> CONV3-4 g2', 'groups'],
    ['INPUT 4x4x3 -> ADD(ID | CONV3-4)', 'one volume'],
    ['INPUT 4x4x3 -> CONCAT(ID | POOL2)', 'one height and width'],
    ['INPUT 4x4x3 -> WIDEN-2', 'only adds'],
    ['INPUT 4x4x3 -> POOL2 p2', 'wholly in the padding'],
    ['INPUT 4x4x3 -> POOL5', 'does not fit'],
  ])('%s is refused: %s', (text, message) => {
    expect(() => parse(text)).toThrow(message)
    expect(() => parse(text)).toThrow(SizeError)
  })
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
      expect(layer.attributes.parse(node.attributes)).toEqual(node.attributes)
    },
  )
})
