/** A network as an ONNX graph: each layer writes its form. Nothing is needed of the weights but their shapes. */

import { type Shape, sameShape, type Volume, volumeSize } from '../../../core/shapes.ts'
import type { LayerType } from '../../../layers/layers.ts'
import type { OnnxPort, OnnxWriting } from '../../../layers/onnx.ts'
import type { ParameterSpec } from '../../../layers/types.ts'
import type { ModelInfo, TensorForm } from '../../../model/info.ts'
import type { Network } from '../../../network/network.ts'
import { inferVolumes, type SizedNode } from '../../../network/volumes.ts'
import { type DraftGraph, GraphDraft } from './draft.ts'
import { forms } from './forms.ts'

/** The name of the open dimension. */
const batch = 'N'

export function graphOf(network: Network, tensors: ModelInfo['tensors'], opset: number): DraftGraph {
  const sized = inferVolumes(network)
  const [first, last] = [sized[0], sized.at(-1)] as [SizedNode, SizedNode]
  const { input, output } = formsOf(first, last, tensors)
  const draft = new GraphDraft()
  draft.reserve(input.name)
  draft.reserve(output.name)
  const ports = new Map<string, OnnxPort>([[first.node.name, entering(draft, input, first.output)]])
  const needed = neededNodes(sized)
  for (const node of sized.slice(1)) {
    if (needed.has(node.node.name)) ports.set(node.node.name, write(draft, node, ports, opset))
    else keepWeights(draft, node)
  }
  const result = leaving(draft, ports.get(last.node.name) as OnnxPort, output)
  const value = ({ name, shape }: TensorForm) => ({ name, type: 1, shape: [batch, ...shape] })
  return draft.finish(result, value(input), value(output))
}

/** The graph's input and output: as `tensors` says where it still fits, or after the first and the last layer. */
export function tensorsOf(network: Network, tensors: ModelInfo['tensors']): NonNullable<ModelInfo['tensors']> {
  const sized = inferVolumes(network)
  return formsOf(sized[0] as SizedNode, sized.at(-1) as SizedNode, tensors)
}

function formsOf(first: SizedNode, last: SizedNode, tensors: ModelInfo['tensors']): NonNullable<ModelInfo['tensors']> {
  const input = tensorOf(tensors?.input, first.output) ?? {
    name: first.node.name,
    shape: chw(first.output),
    order: 'chw',
  }
  const output = tensorOf(tensors?.output, last.output) ?? {
    name: last.node.name,
    shape: isPoint(last.output) ? [last.output.channels] : chw(last.output),
    order: 'chw',
  }
  return { input, output: output.name === input.name ? { ...output, name: `${output.name}/output` } : output }
}

function chw({ height, width, channels }: Volume): Shape {
  return [channels, height, width]
}

function isPoint({ height, width }: Volume): boolean {
  return height * width === 1
}

/** As another program had it, if it is still what the network takes or gives. */
function tensorOf(form: TensorForm | undefined, volume: Volume): TensorForm | undefined {
  if (form === undefined || form.name === '') return undefined
  const { height, width, channels } = volume
  const whole = form.order === 'chw' ? chw(volume) : [height, width, channels]
  const shapes = [whole, ...(height === 1 ? [form.order === 'chw' ? [channels, width] : [width, channels]] : [])]
  if (isPoint(volume)) shapes.push([volumeSize(volume)])
  return shapes.some((shape) => sameShape(shape, form.shape)) ? form : undefined
}

/** The graph's input as a map, or flat. */
function entering(draft: GraphDraft, { name, shape, order }: TensorForm, volume: Volume): OnnxPort {
  if (shape.length === 1) return { name, layout: 'flat', volume }
  let value = name
  if (shape.length === 2) value = draft.node('Unsqueeze', `${name}/rows`, [value, axes(draft, order === 'chw' ? 2 : 1)])
  if (order === 'hwc') value = draft.node('Transpose', `${name}/nchw`, [value], { perm: [0, 3, 1, 2] })
  return { name: value, layout: 'map', volume }
}

/** The result in the form of the graph's output. */
function leaving(draft: GraphDraft, port: OnnxPort, { name, shape, order }: TensorForm): string {
  if (shape.length === 1)
    return port.layout === 'flat' ? port.name : draft.node('Flatten', `${name}/flat`, [port.name], { axis: 1 })
  let value = draft.map(port)
  if (order === 'hwc') value = draft.node('Transpose', `${name}/nhwc`, [value], { perm: [0, 2, 3, 1] })
  if (shape.length === 2) value = draft.node('Squeeze', `${name}/line`, [value, axes(draft, order === 'chw' ? 2 : 1)])
  return value
}

const axes = (draft: GraphDraft, axis: number) => draft.constant('ints', [axis], [1], 'axes')

/** Nodes that make the output: not the auxiliary heads, which only trainings use. */
function neededNodes(sized: readonly SizedNode[]): ReadonlySet<string> {
  const needed = new Set<string>([(sized.at(-1) as SizedNode).node.name])
  for (const { node, layer } of sized.toReversed()) {
    if (!needed.has(node.name)) continue
    const uses = layer.auxiliary === undefined ? node.inputs : node.inputs.slice(0, 1)
    for (const name of uses) needed.add(name)
  }
  return needed
}

function write(draft: GraphDraft, sized: SizedNode, ports: ReadonlyMap<string, OnnxPort>, opset: number): OnnxPort {
  const { node, output, parameters } = sized
  const inputs = node.inputs.map((name) => ports.get(name) as OnnxPort)
  const writing: OnnxWriting = {
    attributes: node.attributes,
    x: inputs[0] as OnnxPort,
    // Of an auxiliary head's layer only the first was written.
    inputs,
    output,
    opset,
    node: (op, names, attributes, label) =>
      draft.node(op, label === undefined ? node.name : `${node.name}/${label}`, names, attributes),
    map: (port) => draft.map(port),
    weight(name, form = {}) {
      const spec = parameters.find((each) => each.name === name)
      return spec && keepWeight(draft, node.name, spec, form)
    },
    floats: (values, shape = [values.length]) => draft.constant('floats', values, shape, `${node.name}/values`),
    number: (value) => draft.constant('floats', [value], [], 'number'),
    ints: (values) => draft.constant('ints', values, [values.length], `${node.name}/numbers`),
  }
  return { ...forms[node.type as LayerType](writing), volume: output }
}

function keepWeight(
  draft: GraphDraft,
  node: string,
  { name, shape: from, pytorch }: ParameterSpec,
  {
    axes: order = from.map((_, axis) => axis),
    shape = order.map((axis) => from[axis] as number),
  }: { readonly axes?: readonly number[]; readonly shape?: Shape },
): string {
  const key = pytorch?.key || name
  return draft.weight(`${node}.${key}`, { weight: `${node}.${name}`, from, axes: order, shape })
}

/** Weights of auxiliary heads are kept, so that the training can go on; no operator uses them. */
function keepWeights(draft: GraphDraft, { node, parameters }: SizedNode): void {
  for (const spec of parameters)
    keepWeight(draft, node.name, spec, spec.pytorch?.axes ? { axes: spec.pytorch.axes } : {})
}
