/**
 * What a project holds, as a line of JSON for each change: the file only grows, so a page that is closed in the middle of a
 * write loses at most that line. Lines that are cut short or damaged are passed over; images are compared with their checksums
 * when they are read.
 */

import type { BlockFile } from './blockFile.ts'
import type { Extent } from './extents.ts'

/** The split that the folders gave an image; without one, the seed decides. */
export type Part = 'train' | 'validation' | 'test'
const parts: readonly (Part | null)[] = [null, 'train', 'validation', 'test']

export interface KeptImage extends Extent {
  readonly id: number
  readonly classId: number
  readonly part: Part | undefined
  /** Of the bytes that are kept. */
  readonly sum: readonly [number, number]
  /** Of the image as it was given, in pixels. */
  readonly width: number
  readonly height: number
  /** Of the file as it was given: the same file again is known. */
  readonly bytes: number
  readonly changed: number
  /** Its path below the folder of its class. */
  readonly name: string
}

export type Line =
  | readonly ['class', id: number, name: string]
  | readonly ['class removed', id: number]
  | readonly ['image', KeptImage]
  | readonly ['moved', id: number, classId: number]
  | readonly ['removed', ids: readonly number[]]
  | readonly ['settings', Settings]

export interface Settings {
  /** Part of each class that is for the test. */
  readonly testFraction: number
  readonly seed: number
}

export interface Contents {
  /** In the order in which they were made. */
  readonly classes: ReadonlyMap<number, string>
  readonly images: ReadonlyMap<number, KeptImage>
  readonly settings: Settings
}

export const usualSettings: Settings = { testFraction: 0.2, seed: 0 }
const header = '{"format":"lenslet.studio.images","version":1}'

export class Journal {
  readonly #file: BlockFile
  #lines = 0

  constructor(file: BlockFile) {
    this.#file = file
  }

  /** @param imageBytes of the file of the images: what a line says of bytes behind it was never written */
  open(imageBytes: number): Contents {
    const bytes = new Uint8Array(this.#file.size)
    this.#file.read(0, bytes)
    const [first, ...lines] = new TextDecoder().decode(bytes).split('\n')
    const classes = new Map<number, string>()
    const images = new Map<number, KeptImage>()
    let settings = usualSettings
    if (first !== header) {
      this.#begin()
      return { classes, images, settings }
    }
    for (const text of lines) {
      const line = lineOf(text)
      if (line === undefined) continue
      this.#lines += 1
      switch (line[0]) {
        case 'class':
          classes.set(line[1], line[2])
          break
        case 'class removed':
          classes.delete(line[1])
          break
        case 'image':
          if (line[1].offset + line[1].length <= imageBytes) images.set(line[1].id, line[1])
          break
        case 'moved': {
          const image = images.get(line[1])
          if (image !== undefined) images.set(image.id, { ...image, classId: line[2] })
          break
        }
        case 'removed':
          for (const id of line[1]) images.delete(id)
          break
        case 'settings':
          settings = line[1]
          break
        default:
          line satisfies never
      }
    }
    for (const image of images.values()) if (!classes.has(image.classId)) images.delete(image.id)
    // A line that was cut short must not run into the next one.
    if (bytes.length > 0 && bytes.at(-1) !== 10) this.#append('\n')
    return { classes, images, settings }
  }

  /** Lines, of which a few may be of what is gone. */
  get lines(): number {
    return this.#lines
  }

  /** @throws {NoRoomError} */
  add(...lines: readonly Line[]): void {
    this.#append(lines.map((line) => `${JSON.stringify(encoded(line))}\n`).join(''))
    this.#lines += lines.length
  }

  /** Begins anew with these. A page that is closed meanwhile loses the index, so it is done only for an empty project. */
  clear(...lines: readonly Line[]): void {
    this.#begin()
    this.add(...lines)
  }

  flush(): void {
    this.#file.flush()
  }

  #begin(): void {
    this.#file.truncate(0)
    this.#lines = 0
    this.#append(`${header}\n`)
  }

  #append(text: string): void {
    this.#file.write(this.#file.size, new TextEncoder().encode(text))
  }
}

function encoded(line: Line): readonly unknown[] {
  if (line[0] !== 'image') return line
  const { id, classId, part, offset, length, sum, width, height, bytes, changed, name } = line[1]
  return [
    'image',
    id,
    classId,
    parts.indexOf(part ?? null),
    offset,
    length,
    ...sum,
    width,
    height,
    bytes,
    changed,
    name,
  ]
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

function lineOf(text: string): Line | undefined {
  let given: unknown
  try {
    given = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!Array.isArray(given)) return undefined
  const [kind, ...rest] = given
  switch (kind) {
    case 'class':
      return isCount(rest[0]) && typeof rest[1] === 'string' ? ['class', rest[0], rest[1]] : undefined
    case 'class removed':
      return isCount(rest[0]) ? ['class removed', rest[0]] : undefined
    case 'image': {
      const name = rest[11]
      const numbers = rest.slice(0, 11)
      if (typeof name !== 'string' || numbers.length !== 11 || !numbers.every((value) => Number.isFinite(value)))
        return undefined
      const [id, classId, part, offset, length, a, b, width, height, bytes, changed] = numbers
      if (![id, classId, offset, length].every(isCount)) return undefined
      const image = { id, classId, part: parts[part] ?? undefined, offset, length, sum: [a, b] as const }
      return ['image', { ...image, width, height, bytes, changed, name }]
    }
    case 'moved':
      return isCount(rest[0]) && isCount(rest[1]) ? ['moved', rest[0], rest[1]] : undefined
    case 'removed':
      return Array.isArray(rest[0]) && rest[0].every(isCount) ? ['removed', rest[0]] : undefined
    case 'settings': {
      const settings = settingsOf(rest[0])
      return settings && ['settings', settings]
    }
    default:
      return undefined
  }
}

/** Also of what a project's file says. */
export function settingsOf(given: unknown): Settings | undefined {
  const { testFraction, seed } = (given ?? {}) as Partial<Settings>
  const isPart = typeof testFraction === 'number' && testFraction >= 0 && testFraction < 1
  return isPart && isCount(seed) ? { testFraction, seed } : undefined
}
