/** Shapes: the volume of one picture (H×W×D in the notes) and the plain shape of any array. */

/** Activations of one picture. Layout everywhere inside is [n, height, width, channels]. */
export interface Volume {
  readonly height: number
  readonly width: number
  readonly channels: number
}

/** Lengths per axis, slowest first. */
export type Shape = readonly number[]

/** Number of values of a shape; 1 for a scalar. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, length) => product * length, 1)
}

/** Number of values of one picture's volume. */
export function volumeSize(volume: Volume): number {
  return volume.height * volume.width * volume.channels
}

/** `32×32×3` */
export function printVolume(volume: Volume): string {
  return `${volume.height}×${volume.width}×${volume.channels}`
}

/** `[32, 28, 28, 1]` */
export function printShape(shape: Shape): string {
  return `[${shape.join(', ')}]`
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((length, axis) => length === b[axis])
}

export function sameVolume(a: Volume, b: Volume): boolean {
  return a.height === b.height && a.width === b.width && a.channels === b.channels
}
