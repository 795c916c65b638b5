// Turns and crops an image by two points: these come to the same two places in every crop.

import { type Point, side, type Whale } from './draw.ts'

/** Pixels of a side of the crop. */
export const cropSide = 32

/** Where the tip of the head and the blowhole come to. */
export const anchors = { bonnet: { x: 16, y: 8 }, blowhole: { x: 16, y: 24 } } as const

/**
 * Between pixels, values are bilinear; beyond the border is the nearest pixel. Points that fall together have no direction: the
 * crop is then upright.
 *
 * @returns [cropSide, cropSide, 3]
 */
export function turned(pixels: Whale['pixels'], bonnet: Point, blowhole: Point): Uint8Array {
  const length = anchors.blowhole.y - anchors.bonnet.y
  const [dx, dy] = [blowhole.x - bonnet.x, blowhole.y - bonnet.y]
  // One pixel of the crop downwards is (downX, downY) in the image; one to the right is at a right angle to it.
  const [downX, downY] = Math.hypot(dx, dy) > 1e-3 ? [dx / length, dy / length] : [0, 1 / length]
  const crop = new Uint8Array(cropSide * cropSide * 3)
  for (let row = 0; row < cropSide; row++)
    for (let column = 0; column < cropSide; column++) {
      const [right, down] = [column + 0.5 - anchors.bonnet.x, row + 0.5 - anchors.bonnet.y]
      const x = bonnet.x + right * downY + down * downX
      const y = bonnet.y - right * downX + down * downY
      for (let c = 0; c < 3; c++) crop[(row * cropSide + column) * 3 + c] = Math.round(valueAt(pixels, x, y, c))
    }
  return crop
}

function valueAt(pixels: Uint8Array, x: number, y: number, channel: number): number {
  const clamp = (value: number) => Math.min(side - 1, Math.max(0, value))
  const [left, top] = [Math.floor(x - 0.5), Math.floor(y - 0.5)]
  const [right, down] = [x - 0.5 - left, y - 0.5 - top]
  const at = (column: number, row: number) => pixels[(clamp(row) * side + clamp(column)) * 3 + channel] as number
  const above = at(left, top) * (1 - right) + at(left + 1, top) * right
  const below = at(left, top + 1) * (1 - right) + at(left + 1, top + 1) * right
  return above * (1 - down) + below * down
}
