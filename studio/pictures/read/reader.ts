/**
 * Reads images as they are needed: those that a training or the page waits for at once, and all others behind them, until each
 * is kept and its pixels are there at the size of the network. What is in memory at a time does not grow with their number.
 */

import { counted, Random } from 'lenslet/core'
import { type PictureSize, sumOf } from 'lenslet/data'
import type { Project, ProjectImage } from '../project.ts'
import { NoRoomError } from '../store/blockFile.ts'
import type { PixelCache, Sum } from '../store/pixels.ts'
import { BrokenImageError, type DecodePool } from './decode.ts'

/** Lines of the journal and pixels are in the file of the browser after this many images. */
const flushEvery = 256

export class Reader {
  readonly #project: Project
  readonly #pool: DecodePool
  readonly #cache: PixelCache
  readonly #changed: () => void
  readonly #taking = new Map<number, Promise<void>>()
  readonly #decoding = new Map<string, Promise<Uint8Array>>()
  /** Ids, the next one last; those that are gone or kept are passed over. */
  #waiting: number[] = []
  #unread = 0
  #given = 0
  #began = 0
  #size: PictureSize | undefined
  /** Images whose pixels may be missing. */
  #missing: number[] = []
  #sinceFlush = 0
  /** Images that are read ahead, before a step asks for them. */
  #behind = 0

  constructor(project: Project, pool: DecodePool, cache: PixelCache, changed: () => void) {
    this.#project = project
    this.#pool = pool
    this.#cache = cache
    this.#changed = changed
  }

  get progress(): { readonly done: number; readonly all: number; readonly perSecond: number } | undefined {
    if (this.#unread === 0) return undefined
    const done = this.#given - this.#unread
    return { done, all: this.#given, perSecond: (1000 * done) / Math.max(1, performance.now() - this.#began) }
  }

  get isReading(): boolean {
    return this.#unread > 0
  }

  /** Images that were added to the project. */
  add(images: readonly ProjectImage[]): void {
    if (this.#unread === 0) {
      this.#given = 0
      this.#began = performance.now()
    }
    // Mixed, so that what is in at any moment is of all classes.
    const ids = Random.seeded(0, 'read').shuffle(images.map(({ id }) => id))
    this.#waiting = [...ids, ...this.#waiting]
    this.#given += images.length
    this.#unread += images.length
    this.#go()
  }

  /** Images that were removed, before or after they were read. */
  removed(images: readonly ProjectImage[]): void {
    for (const { source, kept } of images) {
      if (source !== undefined && kept === undefined) this.#unread -= 1
      if (kept !== undefined) this.#cache.remove(kept.sum)
    }
    // A copy of it may be there still; its pixels are decoded again when they are needed.
  }

  /** From now on pixels are of this size; those of another one are gone. */
  setSize(size: PictureSize): void {
    if (this.#isSet(size)) return
    this.#size = size
    const live: Sum[] = []
    this.#missing = []
    for (const { id, kept } of this.#project.images()) {
      if (kept === undefined) continue
      live.push(kept.sum)
      this.#missing.push(id)
    }
    this.#missing.reverse()
    this.#cache.open({ ...size, preparation: JSON.stringify([size.preprocessing ?? null, size.fit ?? null]) }, live)
    this.#go()
  }

  #isSet(size: PictureSize): boolean {
    return this.#size !== undefined && textOf(this.#size) === textOf(size)
  }

  /** The files of the pixels were emptied. */
  forgetSize(): void {
    this.#size = undefined
    this.#missing = []
  }

  /** The encoded image, which is read first where it has not been; undefined where it is gone or broken. */
  async encoded(id: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const image = await this.#kept(id)
    if (image?.kept === undefined) return undefined
    const bytes = this.#project.encoded(image.kept)
    if (bytes !== undefined) {
      const [a, b] = sumOf(bytes)
      if (a === image.kept.sum[0] && b === image.kept.sum[1]) return bytes
    }
    this.#broken(image, 'what the browser kept of it is damaged')
    return undefined
  }

  /**
   * Its pixels at a size; false where it is gone or broken. Those of the size that was set are kept, so that they are decoded
   * once.
   *
   * @param into [height, width, channels]
   */
  async pixels(id: number, size: PictureSize, into: Uint8Array): Promise<boolean> {
    const image = await this.#kept(id)
    if (image?.kept === undefined) return false
    const { sum } = image.kept
    if (this.#isSet(size) && this.#cache.read(sum, into)) return true
    try {
      into.set(await this.#decoded(id, sum, size, true))
      return true
    } catch (error) {
      if (!(error instanceof BrokenImageError)) throw error
      this.#broken(image, error.message)
      return false
    }
  }

  async thumbnail(id: number, side: number): Promise<ImageBitmap | null> {
    const bytes = await this.encoded(id)
    if (bytes === undefined) return null
    return this.#pool.thumbnail(bytes, side).catch(() => null)
  }

  async #decoded(id: number, sum: Sum, size: PictureSize, isUrgent: boolean): Promise<Uint8Array> {
    const key = `${sum} ${textOf(size)}`
    const begun = this.#decoding.get(key)
    if (begun !== undefined) return begun
    const work = async () => {
      const bytes = await this.encoded(id)
      if (bytes === undefined) throw new BrokenImageError('what the browser kept of it is damaged')
      const pixels = await this.#pool.pixels(bytes, size, isUrgent)
      if (this.#isSet(size)) this.#store(sum, pixels)
      return pixels
    }
    const promise = work().finally(() => this.#decoding.delete(key))
    this.#decoding.set(key, promise)
    return promise
  }

  /** The image when it is kept. */
  async #kept(id: number): Promise<ProjectImage | undefined> {
    const image = this.#project.image(id)
    if (image !== undefined && image.kept === undefined) await this.#take(image, true)
    return this.#project.image(id)
  }

  #take(image: ProjectImage, isUrgent: boolean): Promise<void> {
    const begun = this.#taking.get(image.id)
    if (begun !== undefined) return begun
    const taking = this.#takeNow(image, isUrgent).finally(() => this.#taking.delete(image.id))
    this.#taking.set(image.id, taking)
    return taking
  }

  async #takeNow(image: ProjectImage, isUrgent: boolean): Promise<void> {
    const size = this.#size
    try {
      const { source } = image
      if (source === undefined) return
      const taken = await this.#pool.take(await source.open(), size, isUrgent)
      // Removed meanwhile.
      if (this.#project.image(image.id) !== image) return
      this.#keep(image, taken.kept, taken)
      this.#unread -= 1
      if (taken.pixels !== undefined && size !== undefined && this.#isSet(size)) this.#store(taken.sum, taken.pixels)
      else this.#missing.push(image.id)
    } catch (error) {
      if (error instanceof NoRoomError) this.#noRoom()
      // Of any other error, too: one image must not stop the others.
      else this.#broken(image, error instanceof Error ? error.message : String(error))
    }
    this.#sinceFlush += 1
    if (this.#sinceFlush >= flushEvery || this.#unread === 0) {
      this.#sinceFlush = 0
      this.#project.flush()
      this.#cache.flush()
    }
    this.#changed()
  }

  /** Images come before their pixels, which can be decoded again. */
  #keep(image: ProjectImage, bytes: Uint8Array, found: { sum: Sum; width: number; height: number }): void {
    const { sum, width, height } = found
    try {
      this.#project.keep(image, bytes, { sum, width, height })
    } catch (error) {
      if (!(error instanceof NoRoomError) || this.#cache.isFull) throw error
      this.#cache.drop()
      this.#sayFull()
      this.#project.keep(image, bytes, { sum, width, height })
    }
  }

  #store(sum: Sum, pixels: Uint8Array): void {
    const wasFull = this.#cache.isFull
    this.#cache.write(sum, pixels)
    if (!wasFull && this.#cache.isFull) this.#sayFull()
  }

  #sayFull(): void {
    const say = () =>
      'The browser has no room for decoded images: they are decoded whenever they are needed, so training is slower. Free disk space, or use a network with a smaller input.'
    this.#project.problem('memory', say, [], 1)
  }

  #noRoom(): void {
    const left = [...this.#project.images()].filter(({ kept }) => kept === undefined)
    const say = (count: number) =>
      `${counted(count, 'image')} did not fit: the browser gives this page no more room. Those that are here can be trained on. Free disk space, remove images, or use the page outside of a private window, and drop the folder again: images that are here are not read twice.`
    this.#project.problem(
      'room',
      say,
      left.map(({ name }) => name),
      left.length,
    )
    this.removed(this.#project.remove(left.map(({ id }) => id)))
  }

  #broken(image: ProjectImage, reason: string): void {
    if (this.#project.image(image.id) !== image) return
    this.removed(this.#project.remove([image.id]))
    const say = (count: number) =>
      `${counted(count, 'file')} could not be read and ${count === 1 ? 'is' : 'are'} left out. Open ${count === 1 ? 'it' : 'them'} in a viewer, save as JPEG or PNG, and drop again.`
    this.#project.problem('broken', say, [`${image.name}: ${reason}`])
    this.#changed()
  }

  /** Gives idle decoders images to read ahead. */
  #go(): void {
    while (this.#behind < this.#pool.size) {
      const work = this.#nextWork()
      if (work === undefined) return
      this.#behind += 1
      const done = () => {
        this.#behind -= 1
        this.#go()
      }
      work.then(done, done)
    }
  }

  #nextWork(): Promise<unknown> | undefined {
    const image = this.#nextWaiting()
    if (image !== undefined) return this.#take(image, false)
    const missing = this.#nextMissing()
    if (missing?.kept === undefined) return undefined
    return this.#decoded(missing.id, missing.kept.sum, this.#size as PictureSize, false)
  }

  #nextWaiting(): ProjectImage | undefined {
    while (this.#waiting.length > 0) {
      const image = this.#project.image(this.#waiting.pop() as number)
      if (image !== undefined && image.kept === undefined && !this.#taking.has(image.id)) return image
    }
    return undefined
  }

  #nextMissing(): ProjectImage | undefined {
    while (this.#size !== undefined && !this.#cache.isFull && this.#missing.length > 0) {
      const image = this.#project.image(this.#missing.pop() as number)
      if (image?.kept !== undefined && !this.#cache.has(image.kept.sum)) return image
    }
    return undefined
  }
}

function textOf({ height, width, channels, fit, preprocessing }: PictureSize): string {
  return JSON.stringify([height, width, channels, fit, preprocessing])
}
