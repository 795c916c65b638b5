/**
 * Activation functions: a loop over ranges of values for each function of functions.as.ts. Those that need exponentials are
 * in exponentials/; their gradients are here where they follow from the result.
 */

import { map, zip, zipWith } from '../kernel/map.as.ts'
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
