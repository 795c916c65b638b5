/** Files for tests: a folder in memory, and `.caffemodel`s in the ways in which versions of Caffe wrote them. */

import { PbfWriter } from 'pbf'
import { sizeOf } from '../../../core/shapes.ts'
import type { ModelFiles } from '../../types.ts'

/** The first file is the model; a text is its bytes in UTF-8. */
export function folder(files: Readonly<Record<string, string | Uint8Array>>): ModelFiles {
  const bytes = new Map(Object.entries(files).map(([name, file]) => [name, bytesOf(file)]))
  const [name = ''] = bytes.keys()
  return {
    name: `folder/${name}`,
    read: async () => bytes.get(name) as Uint8Array,
    beside: async (path) => bytes.get(path),
    names: async () => [...bytes.keys()],
  }
}

const bytesOf = (file: string | Uint8Array) => (typeof file === 'string' ? new TextEncoder().encode(file) : file)

export interface StoredLayer {
  readonly name: string
  readonly blobs: readonly StoredBlob[]
}

export interface StoredBlob {
  readonly shape: readonly number[]
  readonly values: readonly number[]
}

export interface Form {
  readonly values?: 'packed' | 'single' | 'double'
  /** `layers`, with four lengths for each blob. */
  readonly old?: boolean
}

export function caffemodel(layers: readonly StoredLayer[], form: Form = {}): Uint8Array {
  const pbf = new PbfWriter()
  pbf.writeStringField(1, 'stored')
  // Every file has at least a layer that gave the data.
  for (const layer of [{ name: 'data', blobs: [] }, ...layers])
    pbf.writeMessage(form.old ? 2 : 100, writeLayer, { layer, form })
  return pbf.finish()
}

function writeLayer({ layer, form }: { layer: StoredLayer; form: Form }, pbf: PbfWriter): void {
  pbf.writeStringField(form.old ? 4 : 1, layer.name)
  for (const blob of layer.blobs) pbf.writeMessage(form.old ? 6 : 7, writeBlob, { blob, form })
}

function writeBlob({ blob, form }: { blob: StoredBlob; form: Form }, pbf: PbfWriter): void {
  const { shape, values } = blob
  if (form.old) {
    for (const [axis, length] of [1, 1, 1, 1, ...shape].slice(-4).entries()) pbf.writeVarintField(axis + 1, length)
  } else
    pbf.writeMessage(7, (dims: readonly number[], inner: PbfWriter) => inner.writePackedVarint(1, [...dims]), shape)
  if (form.values === 'double') pbf.writePackedDouble(8, [...values])
  else if (form.values === 'single') for (const value of values) pbf.writeFloatField(5, value)
  else pbf.writePackedFloat(5, [...values])
}

/** Small halves, so that sums of products are exact in float32: a blob that differs everywhere. */
export function halves(shape: readonly number[], seed = 1): StoredBlob {
  const values = Array.from({ length: sizeOf(shape) }, (_, i) => ((((i + seed) * 7919) % 17) - 8) / 2)
  return { shape, values }
}
