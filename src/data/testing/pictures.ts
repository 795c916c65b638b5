// Small pictures for tests, as files that any program would write.
import sharp from 'sharp'

/** A PNG of [height, width, channels] bytes. */
export function png(
  height: number,
  width: number,
  channels: 1 | 2 | 3 | 4,
  pixels: ArrayLike<number>,
): Promise<Buffer> {
  return sharp(Uint8Array.from(pixels), { raw: { height, width, channels } }).png().toBuffer()
}

/** A PNG of one color. */
export function plain(height: number, width: number, color: readonly [number, number, number]): Promise<Buffer> {
  return png(
    height,
    width,
    3,
    Array.from({ length: height * width * 3 }, (_, i) => color[i % 3] as number),
  )
}
