/** Channels of decoded files that become red, green, blue, or gray: in place, the values moving up. */

/**
 * Transparent parts are seen on white, as on a page: c·a + 255·(1 − a), rounded. (Pillow's `convert('RGB')` drops alpha, and
 * shows whatever color a program has left below it.)
 *
 * @param pixels [pixels, channels], alpha last; then [pixels, channels − 1] at its beginning
 */
export function ontoWhite(pixels: Uint8Array, channels: 2 | 4): void {
  let to = 0
  for (let at = 0; at < pixels.length; at += channels) {
    const alpha = pixels[at + channels - 1] as number
    for (let c = 0; c < channels - 1; c++) pixels[to++] = 255 - alpha + timesUnit(pixels[at + c] as number, alpha)
  }
}

/**
 * Ink without a profile, as Pillow and browsers convert it: red is (1 − cyan)·(1 − black).
 *
 * @param pixels [pixels, channels], cyan, magenta, yellow, black first; then [pixels, 3] at its beginning
 */
export function cmykToRgb(pixels: Uint8Array, channels: number): void {
  let to = 0
  for (let at = 0; at < pixels.length; at += channels) {
    const light = 255 - (pixels[at + 3] as number)
    for (let c = 0; c < 3; c++) pixels[to++] = light - timesUnit(pixels[at + c] as number, light)
  }
}

/** round(a·b/255), for bytes. */
function timesUnit(a: number, b: number): number {
  const product = a * b + 128
  return (product + (product >> 8)) >> 8
}
