/** The settings of a Keras layer, checked one by one as they are asked for. */

import { printable } from '../../core/text.ts'

/** What a network of layers cannot have, or what a layer's settings have wrong: a reason for the list of obstacles. */
export class Obstacle extends Error {}

export type Json = Readonly<Record<string, unknown>>

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A value for messages, not too long. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return printable(text.length > 80 ? `${text.slice(0, 80)}…` : text)
}

export class Settings {
  readonly all: Json

  constructor(all: Json) {
    this.all = all
  }

  /** The first of the keys that is set: a setting may have another name in another version. */
  get(...keys: readonly string[]): unknown {
    const key = keys.find((each) => Object.hasOwn(this.all, each) && this.all[each] != null)
    return key === undefined ? undefined : this.all[key]
  }

  number(fallback: number, ...keys: readonly string[]): number {
    const value = this.get(...keys) ?? fallback
    if (typeof value === 'number' && Number.isFinite(value)) return value
    // Keras 3 stores numbers that were NumPy scalars as objects.
    if (isObject(value) && isObject(value.config) && typeof value.config.value === 'number') return value.config.value
    throw new Obstacle(`${keys[0]} must be a number, not ${shown(value)}`)
  }

  flag(fallback: boolean, ...keys: readonly string[]): boolean {
    const value = this.get(...keys) ?? fallback
    if (typeof value === 'boolean') return value
    throw new Obstacle(`${keys[0]} must be true or false, not ${shown(value)}`)
  }

  text(fallback: string, ...keys: readonly string[]): string {
    const value = this.get(...keys) ?? fallback
    if (typeof value === 'string') return value
    throw new Obstacle(`${keys[0]} must be text, not ${shown(value)}`)
  }

  /** A whole number, or one for each axis: rows, columns. */
  pair(fallback: number, ...keys: readonly string[]): readonly [number, number] {
    const value = this.get(...keys) ?? fallback
    const list = Array.isArray(value) ? value : [value, value]
    const [rows, columns] = list
    if (list.length === 2 && isCount(rows) && isCount(columns)) return [rows, columns]
    throw new Obstacle(`${keys[0]} must be two whole numbers, not ${shown(value)}`)
  }

  /** `[[top, bottom], [left, right]]`, `[rows, columns]` or one number → top, left, bottom, right. */
  sides(fallback: number, key: string): readonly [number, number, number, number] {
    const value = this.get(key) ?? fallback
    const [rows, columns] = Array.isArray(value) ? value : [value, value]
    const [top, bottom] = Array.isArray(rows) ? rows : [rows, rows]
    const [left, right] = Array.isArray(columns) ? columns : [columns, columns]
    const sides = [top, left, bottom, right] as const
    if (sides.every(isCount)) return sides as [number, number, number, number]
    throw new Obstacle(`${key} must be one, two or four whole numbers, not ${shown(value)}`)
  }

  /** Numbers, from one number, a list, or a list of lists of one. Undefined where there are none. */
  numbers(key: string): readonly number[] | undefined {
    const value = this.get(key)
    if (value === undefined) return undefined
    const list = [value].flat(8)
    if (list.every((each) => typeof each === 'number' && Number.isFinite(each))) return list as number[]
    throw new Obstacle(`${key} must be numbers, not ${shown(value)}`)
  }

  /** Axes without the batch, from 0; negative ones count from the end. */
  axes(fallback: number, key: string, rank: number): readonly number[] {
    const value = this.get(key) ?? fallback
    const list = Array.isArray(value) ? value : [value]
    return list.map((axis) => {
      const at = typeof axis === 'number' && axis < 0 ? axis + rank : axis - 1
      if (Number.isInteger(at) && at >= 0 && at < rank) return at
      throw new Obstacle(`${key} must name axes of the input, not ${shown(value)}`)
    })
  }
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 65536
}
