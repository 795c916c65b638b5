/** Activation functions: a loop over ranges of values for each function of functions.as.ts. */

import { geluGradients, gelus } from '../kernel/gelu.as.ts'
import { map, zip } from '../kernel/map.as.ts'
import { hyperbolicTangents, sigmoids } from '../kernel/math.as.ts'
import { nextTile } from '../kernel/tiles.as.ts'
import {
  Lrelu,
  LreluGradient,
  Relu,
  Relu6,
  Relu6Gradient,
  ReluGradient,
  SigmoidGradient,
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
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const from = tile * chunk
    sigmoids(x + (<usize>from << 2), y + (<usize>from << 2), min(chunk, count - from))
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
