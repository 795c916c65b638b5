/** ONNX among the formats. */

import type { Format } from '../types.ts'

export const onnx: Format = {
  name: 'ONNX',
  endings: ['.onnx'],
  is: isOnnx,
  readModel: async (files, open) => (await import('./import/files.ts')).readOnnxFiles(files, open),
  writeModel: async (model, { half }) => (await import('./export/export.ts')).exportOnnx(model, { half }),
}

/**
 * Whether a file may be a ModelProto: writers put its fields in order, so it begins with the IR version (field 1, a small
 * number), and then comes another of its fields, above all the producer (2) or the graph (7).
 */
function isOnnx(start: Uint8Array): boolean {
  const [key, version = 0, next = 0] = start
  const [field, wire] = [next >> 3, next & 7]
  return (
    key === 0x08 && version > 0 && version < 64 && (wire === 2 ? [2, 3, 4, 6, 7, 8, 14].includes(field) : next === 0x28)
  )
}
