/**
 * A digit as those of MNIST are made (LeCun, Cortes, Burges: "The MNIST database"): its box scaled into 20×20 pixels with its
 * aspect kept, and its centre of mass in the middle of 28×28.
 */

export interface Grey {
  /** [height, width], 0 to 255 */
  readonly data: ArrayLike<number>
  readonly width: number
  readonly height: number
}

const box = 20
/** What is fainter is paper. */
const least = 24

/**
 * White ink on black paper in, the same out.
 *
 * @returns [side, side]; all black where there is no ink
 */
export function digitOf(image: Grey, side = 28): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(side * side)
  const ink = inkOf(image)
  if (ink === undefined) return out
  const [tall, wide] = [ink.bottom - ink.top, ink.right - ink.left]
  const inner = (box * side) / 28
  const scale = inner / Math.max(tall, wide)
  const [height, width] = [Math.max(1, Math.round(tall * scale)), Math.max(1, Math.round(wide * scale))]
  const small = shrink(image, ink, height, width)
  let [mass, down, across] = [0, 0, 0]
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const value = small[y * width + x] as number
      mass += value
      down += value * (y + 0.5)
      across += value * (x + 0.5)
    }
  const top = clamp(Math.round(side / 2 - down / mass), side - height)
  const left = clamp(Math.round(side / 2 - across / mass), side - width)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) out[(top + y) * side + left + x] = Math.round(small[y * width + x] as number)
  return out
}

const clamp = (value: number, most: number) => Math.min(Math.max(value, 0), Math.max(0, most))

interface Box {
  readonly top: number
  readonly left: number
  readonly bottom: number
  readonly right: number
}

function inkOf({ data, width, height }: Grey): Box | undefined {
  let [top, left, bottom, right] = [height, width, 0, 0]
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      if ((data[y * width + x] as number) < least) continue
      top = Math.min(top, y)
      bottom = Math.max(bottom, y + 1)
      left = Math.min(left, x)
      right = Math.max(right, x + 1)
    }
  return bottom > top ? { top, left, bottom, right } : undefined
}

/** The mean over the area that each pixel covers. */
function shrink({ data, width: stride }: Grey, ink: Box, height: number, width: number): Float32Array {
  const out = new Float32Array(height * width)
  const [down, across] = [(ink.bottom - ink.top) / height, (ink.right - ink.left) / width]
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const [fromY, toY] = [ink.top + y * down, ink.top + (y + 1) * down]
      const [fromX, toX] = [ink.left + x * across, ink.left + (x + 1) * across]
      let sum = 0
      for (let row = Math.floor(fromY); row < toY; row++)
        for (let column = Math.floor(fromX); column < toX; column++) {
          const share =
            (Math.min(row + 1, toY) - Math.max(row, fromY)) * (Math.min(column + 1, toX) - Math.max(column, fromX))
          sum += share * ((data[row * stride + column] as number | undefined) ?? 0)
        }
      out[y * width + x] = sum / (down * across)
    }
  return out
}

/**
 * A photo of a digit as a drawing: dark ink on bright paper is inverted, and the paper becomes black whatever its brightness,
 * as far as it is even.
 */
export function drawingOf({ data, width, height }: Grey): Grey {
  const edge: number[] = []
  for (let x = 0; x < width; x++) edge.push(data[x] as number, data[(height - 1) * width + x] as number)
  for (let y = 0; y < height; y++) edge.push(data[y * width] as number, data[y * width + width - 1] as number)
  const paper = edge.sort((a, b) => a - b)[edge.length >> 1] as number
  let ink = paper
  for (let i = 0; i < data.length; i++) {
    const value = data[i] as number
    if (Math.abs(value - paper) > Math.abs(ink - paper)) ink = value
  }
  const span = ink - paper
  const out = new Uint8Array(data.length)
  // A span of a few levels is noise: there is no ink.
  if (Math.abs(span) < least) return { data: out, width, height }
  // Shadows on the paper go up to a third of the way.
  for (let i = 0; i < data.length; i++) {
    const share = ((data[i] as number) - paper) / span
    out[i] = Math.round(255 * Math.min(1, Math.max(0, (share - 0.35) / 0.5)))
  }
  return { data: out, width, height }
}
