/** ONNX as a format among the others. */

import type { Format } from '../types.ts'

export const onnx: Format = {
  name: 'ONNX',
  endings: ['.onnx'],
  // ModelProto begins with its IR version, field 1, and then the producer or the graph.
  is: (start) =>
    start[0] === 0x08 &&
    (start[1] ?? 0) >= 3 &&
    (start[1] ?? 0) < 0x40 &&
    [0x12, 0x3a, 0x42, 0x1a].includes(start[2] ?? 0),
  readModel: async (files) => (await import('./read.ts')).readOnnxFiles(files),
  writeModel: async (model, { half }) => (await import('./export/export.ts')).exportOnnx(model, { half }),
}
