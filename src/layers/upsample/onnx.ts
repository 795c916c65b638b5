/**
 * UPSAMPLE as ONNX: Resize. Nearest values by a factor that is not whole are picked by Gather: Resize would compute their
 * places in float32, and may round them to the value beside.
 */

import type { OnnxForm } from '../onnx.ts'

interface Attributes {
  readonly mode: 'nearest' | 'bilinear' | 'corners'
}

export const upsampleForm: OnnxForm<Attributes> = ({ attributes: { mode }, x, output, map, node, floats, ints }) => {
  const lines = [
    [x.volume.height, output.height],
    [x.volume.width, output.width],
  ] as const
  if (mode === 'nearest' && lines.some(([from, to]) => to % from !== 0)) {
    const [rows, columns] = lines.map(([from, to]) =>
      ints(Array.from({ length: to }, (_, i) => Math.floor((i * from) / to))),
    )
    const tall = node('Gather', [map(x), rows as string], { axis: 2 }, 'rows')
    return { name: node('Gather', [tall, columns as string], { axis: 3 }), layout: 'map' }
  }
  const scales = floats([1, 1, ...lines.map(([from, to]) => scaleOf(from, to))])
  const own: Readonly<Record<string, string>> =
    mode === 'nearest'
      ? { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' }
      : { mode: 'linear', coordinate_transformation_mode: mode === 'corners' ? 'align_corners' : 'half_pixel' }
  return { name: node('Resize', [map(x), '', scales], own), layout: 'map' }
}

/** The float32 by which `from` rows become `to`. ONNX rounds their product down, so it must not be below `to`. */
function scaleOf(from: number, to: number): number {
  let scale = Math.fround(to / from)
  while (from * scale < to) scale = Math.fround(scale * (1 + 2 ** -23))
  return scale
}
