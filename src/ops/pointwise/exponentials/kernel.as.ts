/** Activation functions that need exponentials: a loop over ranges of values for each function. */

import { curve, curveMinusOne } from '../../kernel/curves.as.ts'
import { geluGradients, gelus } from '../../kernel/gelu.as.ts'
import { hyperbolicTangents } from '../../kernel/math.as.ts'
import { nextTile } from '../../kernel/tiles.as.ts'
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
} from './functions.as.ts'

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
