/** Shapes, seeded random numbers, the mathematics behind them and the root of all errors. Imports nothing. */

export { ArgumentError, type ErrorDetails, LensletError } from './errors.ts'
export { cosPi, exp, log, power } from './math.ts'
export { Random, type RandomState } from './random.ts'
export {
  printShape,
  printVolume,
  type Shape,
  sameShape,
  sameVolume,
  sizeOf,
  type Volume,
  volumeSize,
} from './shapes.ts'
export { counted, listed, printable, sameForm } from './text.ts'
