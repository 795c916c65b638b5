/** Reads an ONNX model with the tensors that it keeps in files beside it. */

import type { Bytes } from '../../../core/bytes.ts'
import { printable } from '../../../core/text.ts'
import { ForeignFileError, UnsupportedModelError } from '../../errors.ts'
import { openBeside, openFile } from '../../openFile.ts'
import type { ImportedModel, ModelFiles } from '../../types.ts'
import type { OnnxAttribute, OnnxModel, OnnxNode, OnnxTensor } from '../proto/model.ts'
import { readOnnx } from '../proto/read.ts'
import { checkedTensor, typeName } from '../proto/tensor.ts'
import { importModel, type OnnxOptions } from './import.ts'

/**
 * A network and its weights from an ONNX model, with external data from the model's folder.
 * @throws {ForeignFileError} a damaged file, or external data that is missing, too short or outside the folder
 * @throws {UnsupportedModelError} operators beyond ConvNets: all of them
 */
export async function readOnnxFiles(files: ModelFiles, options: OnnxOptions = {}): Promise<ImportedModel> {
  const model = readOnnx(await openFile(files))
  return importModel(await withExternalData(model, new Beside(files)), options)
}

async function withExternalData(model: OnnxModel, beside: Beside): Promise<OnnxModel> {
  const { graph } = model
  const initializers = new Map<string, OnnxTensor>()
  for (const [name, tensor] of graph.initializers) initializers.set(name, await beside.resolve(tensor))
  const nodes: OnnxNode[] = []
  for (const node of graph.nodes) nodes.push(await withTensors(node, beside))
  return { ...model, graph: { ...graph, initializers, nodes } }
}

async function withTensors(node: OnnxNode, beside: Beside): Promise<OnnxNode> {
  const attributes = new Map<string, OnnxAttribute>(node.attributes)
  for (const [name, attribute] of node.attributes) {
    if (attribute.kind === 'tensor')
      attributes.set(name, { kind: 'tensor', value: await beside.resolve(attribute.value) })
  }
  return { ...node, attributes }
}

/** The files beside the model, each of them read once. */
class Beside {
  readonly #files: ModelFiles
  readonly #read = new Map<string, Promise<Bytes | undefined>>()

  constructor(files: ModelFiles) {
    this.#files = files
  }

  /** The tensor as a view of its file. */
  async resolve(tensor: OnnxTensor): Promise<OnnxTensor> {
    if ('stored' in tensor) return tensor
    const { name, type, shape, external } = tensor
    const { location, offset } = external
    const dtype = typeName(type)
    if (dtype === undefined) {
      throw new UnsupportedModelError(`the tensor ${printable(name)} has values of a kind that is not read`, {
        received: `ONNX element type ${type}`,
        expected: 'floating-point numbers or integers of 8 to 64 bits',
      })
    }
    const bytes = await this.#file(location, name)
    const end = external.length === undefined ? undefined : offset + external.length
    const rest = bytes.slice(offset, end)
    if (offset > bytes.length || (end !== undefined && end > bytes.length)) {
      throw new ForeignFileError(`the file ${printable(location)} is cut short`, {
        received: `${bytes.length} bytes, and the tensor ${printable(name)} at ${offset} to ${end ?? 'its end'}`,
        expected: 'the file that was written with the model',
        advice: 'fetch it again',
      })
    }
    // Without a length the tensor takes as many bytes as its shape needs; more may follow.
    return { name, stored: checkedTensor(name, dtype, shape, rest, external.length === undefined) }
  }

  async #file(location: string, tensor: string): Promise<Bytes> {
    let bytes = this.#read.get(location)
    if (bytes === undefined) {
      bytes = openBeside(this.#files, location)
      this.#read.set(location, bytes)
    }
    const found = await bytes
    if (found !== undefined) return found
    throw new ForeignFileError(`the file ${printable(location)} is not beside the model`, {
      received: `no such file, and the tensor ${printable(tensor)} is in it`,
      expected: 'the file of weights that belongs to the model, under this name in the folder of the model',
      advice: 'fetch it from where the model comes from, and do not rename it',
    })
  }
}
