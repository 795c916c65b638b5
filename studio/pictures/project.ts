/** Classes and their images, and what changes them. Each change is in the journal before it is answered. */

import { ArgumentError, counted, printable, sameForm } from 'lenslet/core'
import type { ClassState, Problem, Row } from './messages.ts'
import type { Source } from './read/source.ts'
import { splitOf } from './split.ts'
import { NoRoomError } from './store/blockFile.ts'
import { type Extent, Extents } from './store/extents.ts'
import { Journal, type KeptImage, type Part, type Settings } from './store/journal.ts'
import type { Folder } from './store/opfs.ts'

export interface ProjectImage {
  readonly id: number
  classId: number
  readonly part: Part | undefined
  readonly name: string
  /** Of the file as it was given. */
  readonly bytes: number
  readonly changed: number
  /** Until it is kept. */
  source: Source | undefined
  kept: KeptImage | undefined
}

/** Names of classes are of this many characters at most. */
const mostName = 200
const mostClasses = 1000
const mostDetails = 100

export class Project {
  readonly #images = new Map<number, ProjectImage>()
  readonly #classes = new Map<number, { name: string; readonly ids: Set<number> }>()
  readonly #folder: Folder
  readonly #journal: Journal
  #extents: Extents
  #settings: Settings
  #nextImage = 1
  #nextClass = 1
  readonly #problems = new Map<Problem['kind'], { say: (count: number) => string; count: number; details: string[] }>()

  constructor(folder: Folder) {
    this.#folder = folder
    const { files } = folder
    this.#journal = new Journal(files['journal.jsonl'])
    const { classes, images, settings } = this.#journal.open(files['images.bin'].size)
    this.#settings = settings
    for (const [id, name] of classes) {
      this.#classes.set(id, { name, ids: new Set() })
      this.#nextClass = Math.max(this.#nextClass, id + 1)
    }
    for (const kept of images.values()) {
      const { id, classId, part, name, bytes, changed } = kept
      this.#place({ id, classId, part, name, bytes, changed, source: undefined, kept })
      this.#nextImage = Math.max(this.#nextImage, id + 1)
    }
    this.#extents = new Extents(images.values())
  }

  get count(): number {
    return this.#images.size
  }

  get settings(): Settings {
    return this.#settings
  }

  /** Of encoded images, on the disk. */
  get bytes(): number {
    return this.#extents.end
  }

  image(id: number): ProjectImage | undefined {
    return this.#images.get(id)
  }

  images(): Iterable<ProjectImage> {
    return this.#images.values()
  }

  /** In the order in which the classes were made. */
  classes(): readonly { readonly id: number; readonly name: string; readonly ids: ReadonlySet<number> }[] {
    return [...this.#classes].map(([id, { name, ids }]) => ({ id, name, ids }))
  }

  classState(isReading: boolean): readonly ClassState[] {
    const tests = new Map<number, number>()
    if (!isReading) {
      const all = [...this.#images.values()]
      splitOf(all.map(rankedOf), this.#settings).forEach((part, i) => {
        const { classId } = all[i] as ProjectImage
        if (part === 'test') tests.set(classId, (tests.get(classId) ?? 0) + 1)
      })
    }
    return this.classes().map(({ id, name, ids }) => ({
      id,
      name,
      count: ids.size,
      test: isReading ? undefined : (tests.get(id) ?? 0),
      first: firstOf(ids, 8),
    }))
  }

  get problems(): readonly Problem[] {
    return [...this.#problems].map(([kind, { say, count, details }]) => ({ kind, message: say(count), details }))
  }

  problem(kind: Problem['kind'], say: (count: number) => string, details: readonly string[], count = details.length) {
    const found = this.#problems.get(kind) ?? { say, count: 0, details: [] }
    found.say = say
    found.count += count
    found.details.push(...details.slice(0, mostDetails - found.details.length).map(printable))
    this.#problems.set(kind, found)
  }

  dismiss(kind: Problem['kind']): void {
    this.#problems.delete(kind)
  }

  /** The class of this name, which is made where there is none. Throws `ArgumentError` for an invalid name. */
  classNamed(given: string): number {
    const name = nameOf(given)
    const known = [...this.#classes].find(([, each]) => each.name === name)
    if (known !== undefined) return known[0]
    if (this.#classes.size >= mostClasses)
      throw new ArgumentError('the project has too many classes', {
        received: `one more than ${this.#classes.size}`,
        expected: `at most ${mostClasses}`,
        advice: 'check that each folder is a class',
      })
    const id = this.#nextClass++
    this.#journal.add(['class', id, name])
    this.#classes.set(id, { name, ids: new Set() })
    return id
  }

  /** Throws `ArgumentError` for a name that another class has: moving its images joins the two. */
  renameClass(id: number, given: string): void {
    const named = this.#class(id)
    const name = nameOf(given)
    if ([...this.#classes].some(([other, each]) => other !== id && each.name === name))
      throw new ArgumentError(`there is a class ${printable(name)} already`, {
        received: printable(name),
        expected: 'a name that no other class has',
        advice: 'to join the two, move the images of one to the other',
      })
    this.#journal.add(['class', id, name])
    named.name = name
  }

  removeClass(id: number): readonly ProjectImage[] {
    const removed = this.remove([...this.#class(id).ids])
    this.#journal.add(['class removed', id])
    this.#classes.delete(id)
    return removed
  }

  /** An image that has not been read. */
  add(given: Pick<ProjectImage, 'classId' | 'part' | 'name' | 'bytes' | 'changed'> & { source: Source }): ProjectImage {
    const image = { ...given, id: this.#nextImage++, kept: undefined }
    this.#place(image)
    return image
  }

  /** Files by class, name, length and time, as `keyOfFile` has them, to know those that are given again. */
  known(): ReadonlySet<string> {
    return new Set(Array.from(this.#images.values(), keyOfFile))
  }

  /**
   * Writes what is kept of an image that was read.
   * @throws {NoRoomError} the browser gives no more room; nothing has changed
   */
  keep(image: ProjectImage, bytes: Uint8Array, found: Pick<KeptImage, 'sum' | 'width' | 'height'>): void {
    const extent = this.#extents.take(bytes.length)
    const { id, classId, part, name, bytes: given, changed } = image
    const kept = { id, classId, part, ...extent, ...found, bytes: given, changed, name }
    try {
      this.#folder.files['images.bin'].write(extent.offset, bytes)
      this.#journal.add(['image', kept])
    } catch (error) {
      if (error instanceof NoRoomError) this.#extents.give(extent)
      throw error
    }
    image.kept = kept
    image.source = undefined
  }

  /** The encoded image; undefined where it is damaged. */
  encoded({ offset, length }: Extent): Uint8Array<ArrayBuffer> | undefined {
    const bytes = new Uint8Array(length)
    return this.#folder.files['images.bin'].read(offset, bytes) === length ? bytes : undefined
  }

  move(ids: readonly number[], classId: number): void {
    const { ids: into } = this.#class(classId)
    for (const id of ids) {
      const image = this.#images.get(id)
      if (image === undefined || image.classId === classId) continue
      if (image.kept !== undefined) this.#journal.add(['moved', id, classId])
      this.#classes.get(image.classId)?.ids.delete(id)
      image.classId = classId
      into.add(id)
    }
  }

  /** Their room is used again. */
  remove(ids: readonly number[]): readonly ProjectImage[] {
    const found = ids.map((id) => this.#images.get(id)).filter((image) => image !== undefined)
    const kept = found.filter((image) => image.kept !== undefined)
    if (kept.length > 0) this.#journal.add(['removed', kept.map(({ id }) => id)])
    for (const image of found) {
      this.#images.delete(image.id)
      this.#classes.get(image.classId)?.ids.delete(image.id)
      if (image.kept !== undefined) this.#extents.give(image.kept)
    }
    return found
  }

  set(settings: Settings): void {
    this.#journal.add(['settings', settings])
    this.#settings = settings
  }

  clear(): void {
    this.#images.clear()
    this.#classes.clear()
    this.#problems.clear()
    this.#extents = new Extents()
    this.#journal.clear(['settings', this.#settings])
    this.#folder.files['images.bin'].truncate(0)
  }

  flush(): void {
    this.#folder.files['images.bin'].flush()
    this.#journal.flush()
  }

  /** Kept images that are there more than once, each group with its oldest first. */
  copies(): readonly (readonly ProjectImage[])[] {
    const bySum = new Map<string, ProjectImage[]>()
    for (const image of this.#images.values()) {
      if (image.kept === undefined) continue
      const key = `${image.kept.sum} ${image.kept.length}`
      const group = bySum.get(key)
      if (group === undefined) bySum.set(key, [image])
      else group.push(image)
    }
    return [...bySum.values()].filter((group) => group.length > 1)
  }

  rows(ids: readonly number[]): readonly Row[] {
    return ids.flatMap((id) => {
      const image = this.#images.get(id)
      if (image === undefined) return []
      const { classId, name, bytes, kept } = image
      return [{ id, classId, name, bytes, width: kept?.width ?? 0, height: kept?.height ?? 0 }]
    })
  }

  #place(image: ProjectImage): void {
    this.#images.set(image.id, image)
    this.#class(image.classId).ids.add(image.id)
  }

  #class(id: number) {
    const found = this.#classes.get(id)
    if (found !== undefined) return found
    throw new ArgumentError('there is no such class', { received: `class ${id}`, advice: 'it may have been removed' })
  }
}

export function keyOfFile({
  classId,
  name,
  bytes,
  changed,
}: Pick<ProjectImage, 'classId' | 'name' | 'bytes' | 'changed'>) {
  return `${classId}\0${name}\0${bytes}\0${changed}`
}

/** What the split knows of an image: the file decides until it is read, so that reading does not change the split. */
export function rankedOf({ classId, part, name, bytes, changed }: ProjectImage) {
  return { classId, part, key: `${name.slice(name.lastIndexOf('/') + 1)}\0${bytes}\0${changed}` }
}

function nameOf(given: string): string {
  const name = sameForm(given).trim()
  if (name !== '' && [...name].length <= mostName) return name
  throw new ArgumentError('a class needs a name', {
    received: counted([...name].length, 'character'),
    expected: `1 to ${mostName} characters`,
  })
}

function firstOf<T>(items: Iterable<T>, most: number): readonly T[] {
  const first: T[] = []
  for (const item of items) {
    if (first.length === most) break
    first.push(item)
  }
  return first
}
