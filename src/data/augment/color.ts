/**
 * Brightness, contrast, saturation and hue of a picture, in this order: torchvision's ColorJitter, whose order is random.
 * Values are 0 to 255 and stay there.
 */
import type { Augmentation } from '../augmentation.ts'
import { drawBetween } from '../draws.ts'

const draws = { brightness: 8, contrast: 9, saturation: 10, hue: 11 } as const

export const changesColor = ({ color = 0, hue = 0 }: Augmentation): boolean => color > 0 || hue > 0

const clamp = (value: number) => (value < 0 ? 0 : value > 255 ? 255 : value)
/** Luma of Rec. 601. */
const lumaOf = (red: number, green: number, blue: number) => 0.299 * red + 0.587 * green + 0.114 * blue

/**
 * In place. Pictures without three channels have no saturation and no hue.
 *
 * @param values [pixels, channels]
 */
export function changeColor(
  values: Float32Array,
  channels: number,
  { color = 0, hue = 0 }: Augmentation,
  key: number,
  position: number,
): void {
  const factor = (draw: number) => drawBetween(key, position, draw, 1 - color, 1 + color)
  if (color > 0) {
    const [brightness, contrast, saturation] = [
      factor(draws.brightness),
      factor(draws.contrast),
      factor(draws.saturation),
    ]
    const gray = brighten(values, channels, brightness)
    contrastAndSaturate(values, channels, contrast, (1 - contrast) * gray, saturation)
  }
  if (hue > 0 && channels === 3) turnHue(values, drawBetween(key, position, draws.hue, -hue, hue))
}

/** Returns the mean gray afterwards. */
function brighten(values: Float32Array, channels: number, factor: number): number {
  let sum = 0
  if (channels !== 3) {
    for (let i = 0; i < values.length; i++) {
      const value = clamp(factor * (values[i] as number))
      values[i] = value
      sum += value
    }
    return sum / values.length
  }
  for (let i = 0; i < values.length; i += 3) {
    const red = clamp(factor * (values[i] as number))
    const green = clamp(factor * (values[i + 1] as number))
    const blue = clamp(factor * (values[i + 2] as number))
    values[i] = red
    values[i + 1] = green
    values[i + 2] = blue
    sum += lumaOf(red, green, blue)
  }
  return sum / (values.length / 3)
}

function contrastAndSaturate(
  values: Float32Array,
  channels: number,
  contrast: number,
  middle: number,
  saturation: number,
): void {
  if (channels !== 3) {
    for (let i = 0; i < values.length; i++) values[i] = clamp(contrast * (values[i] as number) + middle)
    return
  }
  for (let i = 0; i < values.length; i += 3) {
    const red = clamp(contrast * (values[i] as number) + middle)
    const green = clamp(contrast * (values[i + 1] as number) + middle)
    const blue = clamp(contrast * (values[i + 2] as number) + middle)
    const gray = (1 - saturation) * lumaOf(red, green, blue)
    values[i] = clamp(saturation * red + gray)
    values[i + 1] = clamp(saturation * green + gray)
    values[i + 2] = clamp(saturation * blue + gray)
  }
}

/** By part of the circle, at the same value and saturation of HSV. */
function turnHue(values: Float32Array, turn: number): void {
  for (let i = 0; i < values.length; i += 3) {
    const [red, green, blue] = [values[i] as number, values[i + 1] as number, values[i + 2] as number]
    const most = Math.max(red, green, blue)
    const chroma = most - Math.min(red, green, blue)
    if (chroma === 0) continue
    // In sixths of the circle, and moved to be positive.
    const sixth =
      most === red ? (green - blue) / chroma : most === green ? 2 + (blue - red) / chroma : 4 + (red - green) / chroma
    const hue = sixth + 6 * turn + 6
    values[i] = most - chroma * below(hue + 5)
    values[i + 1] = most - chroma * below(hue + 3)
    values[i + 2] = most - chroma * below(hue + 1)
  }
}

/** How far a channel lies below the greatest, in parts of the chroma (Smith 1978, without cases). */
function below(hue: number): number {
  let k = hue
  while (k >= 6) k -= 6
  const part = k < 4 - k ? k : 4 - k
  return part < 0 ? 0 : part > 1 ? 1 : part
}
