/** Activation functions: a loop over ranges of values for each function of functions.as.ts and exponentials.as.ts. */

import { curve, curveMinusOne } from '../kernel/curves.as.ts'
import { geluGradients, gelus } from '../kernel/gelu.as.ts'
import { map, zip, zipWith } from '../kernel/map.as.ts'
import { hyperbolicTangents } from '../kernel/math.as.ts'
import { nextTile } from '../kernel/tiles.as.ts'
import {
  Elu,
  Exp,
  GeluTanh,
  GeluTanhSlope,
  Mish,
  MishSlope,
  Sigmoid,
  Silu,
  SiluSlope,
  Softplus,
  SoftplusSlope,
} from './exponentials.as.ts'
import {
  EluGradient,
  ExpGradient,
  HardSigmoid,
  HardSigmoidGradient,
  HardSwish,
  HardSwishGradient,
  Log,
  LogGradient,
  Lrelu,
  LreluGradient,
  Reciprocal,
  ReciprocalGradient,
  Relu,
  Relu6,
  Relu6Gradient,
  ReluGradient,
  SigmoidGradient,
  Softsign,
  SoftsignGradient,
  Sqrt,
  SqrtGradient,
  TanhGradient,
} from './functions.as.ts'

export function reluForward(
  x: usize,
  y: usize,
  count: i32,
  parameter: f32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  map<Relu>(x, y, count, parameter, chunk, tiles, counter)
}

export function reluGradient(
  kept: usize,
  dy: usize,
  dx: usize,
  count: i32,
  parameter: f32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  zip<ReluGradient>(kept, dy, dx, count, parameter, chunk, tiles, counter)
}

export function relu6Forward(
  x: usize,
  y: usize,
  count: i32,
  parameter: f32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  map<Relu6>(x, y, count, parameter, chunk, tiles, counter)
}

export function relu6Gradient(
  kept: usize,
  dy: usize,
  dx: usize,
  count: i32,
  parameter: f32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  zip<Relu6Gradient>(kept, dy, dx, count, parameter, chunk, tiles, counter)
}

export function lreluForward(
  x: usize,
  y: usize,
  count: i32,
  parameter: f32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  map<Lrelu>(x, y, count, parameter, chunk, tiles, counter)
}

export function lreluGradient(
  kept: usize,
  dy: usize,
  dx: usize,
  count: i32,
  parameter: f32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  zip<LreluGradient>(kept, dy, dx, count, parameter, chunk, tiles, counter)
}

export function geluForward(
  x: usize,
  y: usize,
  count: i32,
  parameter: f32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const from = tile * chunk
    gelus(x + (<usize>from << 2), y + (<usize>from << 2), min(chunk, count - from))
  }
}

export function geluGradient(
  kept: usize,
  dy: usize,
  dx: usize,
  count: i32,
  parameter: f32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const from = tile * chunk
    const at = <usize>from << 2
    geluGradients(kept + at, dy + at, dx + at, min(chunk, count - from))
  }
}

export function sigmoidGradient(
  kept: usize,
  dy: usize,
  dx: usize,
  count: i32,
  parameter: f32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  zip<SigmoidGradient>(kept, dy, dx, count, parameter, chunk, tiles, counter)
}

export function tanhForward(
  x: usize,
  y: usize,
  count: i32,
  parameter: f32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const from = tile * chunk
    hyperbolicTangents(x + (<usize>from << 2), y + (<usize>from << 2), min(chunk, count - from))
  }
}

export function tanhGradient(
  kept: usize,
  dy: usize,
  dx: usize,
  count: i32,
  parameter: f32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  zip<TanhGradient>(kept, dy, dx, count, parameter, chunk, tiles, counter)
}

export function sigmoidForward(
  x: usize,
  y: usize,
  count: i32,
  parameter: f32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  curve<Sigmoid>(x, 0, y, count, parameter, chunk, tiles, counter)
}

export function siluForward(
  x: usize,
  y: usize,
  count: i32,
  parameter: f32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  curve<Silu>(x, 0, y, count, parameter, chunk, tiles, counter)
}

export function siluGradient(
  kept: usize,
  dy: usize,
  dx: usize,
  count: i32,
  parameter: f32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  curve<SiluSlope>(kept, dy, dx, count, parameter, chunk, tiles, counter)
}

export function geluTanhForward(
  x: usize,
  y: usize,
  count: i32,
  parameter: f32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  curve<GeluTanh>(x, 0, y, count, parameter, chunk, tiles, counter)
}

export function geluTanhGradient(
  kept: usize,
  dy: usize,
  dx: usize,
  count: i32,
  parameter: f32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  curve<GeluTanhSlope>(kept, dy, dx, count, parameter, chunk, tiles, counter)
}

export function mishForward(
  x: usize,
  y: usize,
  count: i32,
  parameter: f32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  curve<Mish>(x, 0, y, count, parameter, chunk, tiles, counter)
}

export function mishGradient(
  kept: usize,
  dy: usize,
  dx: usize,
  count: i32,
  parameter: f32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  curve<MishSlope>(kept, dy, dx, count, parameter, chunk, tiles, counter)
}

export function softplusForward(
  x: usize,
  y: usize,
  count: i32,
  parameter: f32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  curve<Softplus>(x, 0, y, count, parameter, chunk, tiles, counter)
}

export function softplusGradient(
  kept: usize,
  dy: usize,
  dx: usize,
  count: i32,
  parameter: f32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  curveMinusOne<SoftplusSlope>(kept, dy, dx, count, 0, 0, parameter, chunk, tiles, counter)
}

export function hardsigmoidForward(
  x: usize,
  y: usize,
  count: i32,
  parameter: f32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  map<HardSigmoid>(x, y, count, parameter, chunk, tiles, counter)
}

export function hardsigmoidGradient(
  kept: usize,
  dy: usize,
  dx: usize,
  count: i32,
  parameter: f32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  zip<HardSigmoidGradient>(kept, dy, dx, count, parameter, chunk, tiles, counter)
}

export function hardswishForward(
  x: usize,
  y: usize,
  count: i32,
  parameter: f32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  map<HardSwish>(x, y, count, parameter, chunk, tiles, counter)
}

export function hardswishGradient(
  kept: usize,
  dy: usize,
  dx: usize,
  count: i32,
  parameter: f32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  zip<HardSwishGradient>(kept, dy, dx, count, parameter, chunk, tiles, counter)
}

export function softsignForward(
  x: usize,
  y: usize,
  count: i32,
  parameter: f32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  map<Softsign>(x, y, count, parameter, chunk, tiles, counter)
}

export function softsignGradient(
  kept: usize,
  dy: usize,
  dx: usize,
  count: i32,
  parameter: f32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  zip<SoftsignGradient>(kept, dy, dx, count, parameter, chunk, tiles, counter)
}

/** y = a·x where x > 0, b·(e^(c·x) − 1) elsewhere: ELU, SELU and CELU. */
export function eluForward(
  x: usize,
  y: usize,
  count: i32,
  a: f32,
  b: f32,
  c: f32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  curveMinusOne<Elu>(x, 0, y, count, a, b, c, chunk, tiles, counter)
}

export function eluGradient(
  kept: usize,
  dy: usize,
  dx: usize,
  count: i32,
  a: f32,
  b: f32,
  c: f32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  zipWith<EluGradient>(kept, dy, dx, count, f32x4.replace_lane(f32x4.replace_lane(f32x4.splat(a), 1, b), 2, c), chunk, tiles, counter)
}

export function expForward(
  x: usize,
  y: usize,
  count: i32,
  parameter: f32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  curve<Exp>(x, 0, y, count, parameter, chunk, tiles, counter)
}

export function expGradient(
  kept: usize,
  dy: usize,
  dx: usize,
  count: i32,
  parameter: f32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  zip<ExpGradient>(kept, dy, dx, count, parameter, chunk, tiles, counter)
}

export function logForward(
  x: usize,
  y: usize,
  count: i32,
  parameter: f32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  map<Log>(x, y, count, parameter, chunk, tiles, counter)
}

export function logGradient(
  kept: usize,
  dy: usize,
  dx: usize,
  count: i32,
  parameter: f32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  zip<LogGradient>(kept, dy, dx, count, parameter, chunk, tiles, counter)
}

export function sqrtForward(
  x: usize,
  y: usize,
  count: i32,
  parameter: f32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  map<Sqrt>(x, y, count, parameter, chunk, tiles, counter)
}

export function sqrtGradient(
  kept: usize,
  dy: usize,
  dx: usize,
  count: i32,
  parameter: f32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  zip<SqrtGradient>(kept, dy, dx, count, parameter, chunk, tiles, counter)
}

export function reciprocalForward(
  x: usize,
  y: usize,
  count: i32,
  parameter: f32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  map<Reciprocal>(x, y, count, parameter, chunk, tiles, counter)
}

export function reciprocalGradient(
  kept: usize,
  dy: usize,
  dx: usize,
  count: i32,
  parameter: f32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  zip<ReciprocalGradient>(kept, dy, dx, count, parameter, chunk, tiles, counter)
}
