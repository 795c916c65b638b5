/** ONNX: lengths, shapes and sizes out of all proportion, and graphs that are none. */

import { claimed, int, part } from './protobuf.ts'
import { type Hostile, hostile, joined, large } from './types.ts'

const huge = 2 ** 31

const floats = (name: string, dims: readonly number[], ...values: readonly Uint8Array[]) =>
  part(5, ...dims.map((side) => int(1, side)), int(2, 1), part(8, name), ...values)
const ints = (name: string, ...values: readonly (number | bigint)[]) =>
  part(5, int(1, values.length), int(2, 7), part(8, name), ...values.map((value) => int(7, value)))

type Attribute = readonly [name: string, value: number | readonly number[]]
const attribute = ([name, value]: Attribute) =>
  typeof value === 'number'
    ? part(5, part(1, name), int(3, value), int(20, 2))
    : part(5, part(1, name), ...value.map((each) => int(8, each)), int(20, 7))

const node = (op: string, inputs: readonly string[], output: string, ...attributes: readonly Attribute[]) =>
  part(1, ...inputs.map((each) => part(1, each)), part(2, output), part(4, op), ...attributes.map(attribute))

const value = (field: number, name: string, shape: readonly number[]) =>
  part(field, part(1, name), part(2, part(1, int(1, 1), part(2, ...shape.map((side) => part(1, int(1, side)))))))

const image = value(11, 'x', [1, 4, 8, 8])
const output = value(12, 'y', [1, 4, 8, 8])

const model = (...graph: readonly Uint8Array[]) => joined(int(1, 8), part(8, int(2, 13)), part(7, ...graph))
const graph = (what: string, ...parts: readonly Uint8Array[]) => hostile(what, () => model(...parts, image, output))

function chain(count: number, op: string): Uint8Array {
  const name = (index: number) => (index === 0 ? 'x' : index === count ? 'y' : `v${index}`)
  const nodes = Array.from({ length: count }, (_, i) => node(op, [name(i)], name(i + 1)))
  return model(...nodes, image, output)
}

/** Each value is the one before it twice. */
const doubled = (op: string, times: number, from: string, axis: number, to = 'y') =>
  Array.from({ length: times }, (_, i) => {
    const before = i === 0 ? from : `${to}${i - 1}`
    return node(op, [before, before], i === times - 1 ? to : `${to}${i}`, ['axis', axis])
  })

const nested = (depth: number) => {
  let bytes = node('Relu', ['x'], 'y')
  for (let i = 0; i < depth; i++)
    bytes = part(1, part(4, 'If'), part(5, part(1, 'then_branch'), part(6, bytes), int(20, 5)))
  return bytes
}

export const hostileOnnx: readonly Hostile[] = [
  hostile('a graph of 2 GB', () => joined(int(1, 8), claimed(7, huge, image))),
  hostile('a field that ends before it begins', () => joined(int(1, 8), claimed(7, 2n ** 64n - 20n, image))),
  hostile('a graph of 2^63 bytes', () => joined(int(1, 8), claimed(7, 2n ** 63n, image))),
  graph(
    'a tensor of 2 GB of values',
    node('Add', ['x', 'w'], 'y'),
    claimed(5, huge, int(1, huge / 4), int(2, 1), part(8, 'w')),
  ),
  graph(
    'raw data of 2 GB',
    node('Add', ['x', 'w'], 'y'),
    part(5, int(1, huge / 4), int(2, 1), part(8, 'w'), claimed(9, huge)),
  ),
  graph('a shape without values', node('Add', ['x', 'w'], 'y'), floats('w', [huge])),
  graph('a shape of 2^124 values', node('Add', ['x', 'w'], 'y'), floats('w', [huge, huge, huge, huge])),
  graph('a shape of 0 values and 2^93 others', node('Add', ['x', 'w'], 'y'), floats('w', [huge, huge, huge, 0])),
  graph('a shape of a negative side', node('Add', ['x', 'w'], 'y'), part(5, int(1, -1), int(2, 1), part(8, 'w'))),
  ...['ConstantOfShape', 'Expand', 'Tile', 'Range', 'Resize', 'Pad', 'Reshape'].map((op) => {
    const inputs = {
      ConstantOfShape: ['s'],
      Range: ['zero', 'long', 'one'],
      Expand: ['one', 's'],
      Tile: ['one', 's'],
      Resize: ['x', '', '', 's'],
      Pad: ['x', 'p'],
      Reshape: ['x', 's'],
    }[op] as readonly string[]
    const tensors = [
      ints('s', huge, huge, huge, huge),
      ints('p', 0, 0, huge, huge, 0, 0, huge, huge),
      ints('zero', 0),
      ints('one', 1),
      ints('long', 1e15),
    ]
    return graph(`${op} of 2^31 each way`, node(op, inputs, 'w'), node('Add', ['x', 'w'], 'y'), ...tensors)
  }),
  graph(
    'ConstantOfShape of a gigabyte',
    node('ConstantOfShape', ['s'], 'w'),
    node('Add', ['x', 'w'], 'y'),
    ints('s', 2 ** 28),
  ),
  graph('constants that double 60 times', ...doubled('Concat', 60, 'w', 0), ints('w', 1, 2, 3)),
  graph(
    '100 chains of constants that double 20 times',
    ...Array.from({ length: 100 }, (_, i) => doubled('Concat', 20, 'w', 0, `c${i}_`)).flat(),
    node(
      'Concat',
      Array.from({ length: 100 }, (_, i) => `c${i}_`),
      's',
      ['axis', 0],
    ),
    node('Add', ['x', 's'], 'y'),
    ints('w', 1, 2, 3),
  ),
  graph('channels that double 60 times', ...doubled('Concat', 60, 'x', 1)),
  large('channels that double 24 times', () => model(...doubled('Concat', 24, 'x', 1), image, output)),
  graph('filters that are larger than the image', node('MaxPool', ['x'], 'y', ['kernel_shape', [huge, huge]])),
  graph('a stride of 0', node('MaxPool', ['x'], 'y', ['kernel_shape', [2, 2]], ['strides', [0, 0]])),
  graph('a padding of 2^31', node('MaxPool', ['x'], 'y', ['kernel_shape', [2, 2]], ['pads', [huge, huge, huge, huge]])),
  graph('2^31 groups', node('Conv', ['x', 'w'], 'y', ['group', huge]), floats('w', [0, 0, 3, 3])),
  graph('a ring', node('Relu', ['b'], 'a'), node('Relu', ['a'], 'b'), node('Add', ['a', 'x'], 'y')),
  graph('an operator that needs itself', node('Add', ['y', 'x'], 'y')),
  graph('a value that is made twice', node('Relu', ['x'], 'y'), node('Sigmoid', ['x'], 'y')),
  graph('a value that is the input', node('Relu', ['x'], 'x'), node('Relu', ['x'], 'y')),
  graph('two tensors of one name', node('Add', ['x', 'w'], 'y'), ints('w', 1), ints('w', 2)),
  graph('an output that nothing makes', node('Relu', ['x'], 'z')),
  graph('no operators'),
  hostile('graphs in graphs, 90 deep', () => model(nested(45), image, output)),
  hostile('graphs in graphs, 1000 deep', () => model(nested(1000), image, output)),
  graph(
    'weights in a file outside of the folder',
    node('Add', ['x', 'w'], 'y'),
    part(5, int(1, 4), int(2, 1), part(8, 'w'), part(13, part(1, 'location'), part(2, '../../etc/passwd')), int(14, 1)),
  ),
  graph(
    'weights at 2^53 of a file',
    node('Add', ['x', 'w'], 'y'),
    part(
      5,
      int(1, 4),
      int(2, 1),
      part(8, 'w'),
      part(13, part(1, 'location'), part(2, 'w')),
      part(13, part(1, 'offset'), part(2, `${2 ** 53}`)),
      int(14, 1),
    ),
  ),
  hostile('an image of 2^31 each way', () =>
    model(node('Relu', ['x'], 'y'), value(11, 'x', [1, 3, huge, huge]), output),
  ),
  hostile('a network nested in its metadata', () =>
    joined(
      model(node('Relu', ['x'], 'y'), image, output),
      part(14, part(1, 'lenslet.network'), part(2, '['.repeat(200_000))),
      int(1, 2),
    ),
  ),
  large('20,000 operators in a row', () => chain(20_000, 'Relu')),
  large('20,000 values that are never used', () =>
    model(
      ...Array.from({ length: 20_000 }, (_, i) => node('Relu', ['x'], `v${i}`)),
      node('Relu', ['x'], 'y'),
      image,
      output,
    ),
  ),
  large('an operator of 50,000 inputs', () =>
    model(node('Concat', Array(50_000).fill('x'), 'y', ['axis', 1]), image, output),
  ),
  large('sums of 3,000 values', () =>
    model(
      ...Array.from({ length: 3000 }, (_, i) =>
        node('Add', [i === 0 ? 'x' : `v${i - 1}`, 'x'], i === 2999 ? 'y' : `v${i}`),
      ),
      image,
      output,
    ),
  ),
]
