/**
 * What one training sees: the images, classes and split as they were when it began, so that numbers mean the same images to
 * its end. An image that cannot be read, or that was removed since, is replaced by the next one of its class in its split.
 */

import { ArgumentError, printable, Random } from 'lenslet/core'
import { type PictureSize, sumOf } from 'lenslet/data'
import { type Project, type ProjectImage, rankedOf } from './project.ts'
import type { Reader } from './read/reader.ts'
import { splitOf } from './split.ts'
import type { Part } from './store/journal.ts'

/** As the engine gets it. */
export interface SnapshotFacts {
  readonly id: number
  readonly classes: readonly string[]
  /** [n] of each part: indexes among all. */
  readonly parts: Readonly<Record<Part, Uint32Array>>
  /** [count] */
  readonly labels: Uint16Array
  /** [count, 2]: tells one set of images from another. */
  readonly sums: Uint32Array
  /** Training images by which the normalization is measured. */
  readonly sample: Uint32Array
}

/** Enough for the mean and deviation of a channel to about a hundredth; reading more would only delay the start. */
const sampled = 128

export class Snapshot {
  readonly facts: SnapshotFacts
  readonly #ids: Uint32Array
  readonly #groups: readonly Uint32Array[]
  /** For each image: its group, the images of its class and part, and its place in it. */
  readonly #group: Uint16Array
  readonly #place: Uint32Array
  readonly #size: PictureSize

  constructor(id: number, project: Project, size: PictureSize) {
    const classes = project.classes().filter(({ ids }) => ids.size > 0)
    if (classes.length < 2)
      throw new ArgumentError('there is nothing to tell apart', {
        received: classes.length === 0 ? 'no images' : `one class with images, ${printable(classes[0]?.name ?? '')}`,
        expected: 'images of at least two classes',
        advice: classes.length === 0 ? 'drop a folder of images' : 'add a second class, and images to it',
      })
    const labelOf = new Map(classes.map(({ id }, label) => [id, label]))
    const labelled = (image: ProjectImage) => labelOf.get(image.classId) as number
    // The same images in the same order however they were added.
    const images = [...project.images()].sort(
      (a, b) => labelled(a) - labelled(b) || (a.name < b.name ? -1 : a.name > b.name ? 1 : a.id - b.id),
    )
    const parts = splitOf(images.map(rankedOf), project.settings)
    const inPart = (part: Part) => Uint32Array.from(images.flatMap((_, i) => (parts[i] === part ? [i] : [])))
    const train = inPart('train')
    const untaught = classes.find(({ id }) => !images.some((image, i) => image.classId === id && parts[i] === 'train'))
    if (untaught !== undefined)
      throw new ArgumentError(`the class ${printable(untaught.name)} has no training images`, {
        received: 'only test images',
        expected: 'at least one training image of each class',
        advice: 'add images to the class, or remove it',
      })
    this.facts = {
      id,
      classes: classes.map(({ name }) => name),
      parts: { train, validation: inPart('validation'), test: inPart('test') },
      labels: Uint16Array.from(images, labelled),
      sums: sumsOf(images),
      sample: Random.seeded(project.settings.seed, 'sample').shuffle(train.slice()).slice(0, sampled),
    }
    this.#size = size
    this.#ids = Uint32Array.from(images, (image) => image.id)
    const groups = new Map<string, { readonly index: number; readonly members: number[] }>()
    this.#group = new Uint16Array(images.length)
    this.#place = new Uint32Array(images.length)
    images.forEach((image, i) => {
      const key = `${image.classId} ${parts[i]}`
      const group = groups.get(key) ?? { index: groups.size, members: [] }
      groups.set(key, group)
      this.#group[i] = group.index
      this.#place[i] = group.members.push(i) - 1
    })
    this.#groups = Array.from(groups.values(), ({ members }) => Uint32Array.from(members))
  }

  /** @returns [n, height, width, channels] */
  async read(indexes: Uint32Array, reader: Reader): Promise<Uint8Array<ArrayBuffer>> {
    const { height, width, channels } = this.#size
    const bytesEach = height * width * channels
    const out = new Uint8Array(indexes.length * bytesEach)
    await Promise.all(
      Array.from(indexes, (index, i) => this.#readOne(index, out.subarray(i * bytesEach, (i + 1) * bytesEach), reader)),
    )
    return out
  }

  async #readOne(index: number, into: Uint8Array, reader: Reader): Promise<void> {
    const group = this.#groups[this.#group[index] as number] as Uint32Array
    for (let next = 0; next < group.length; next++) {
      const chosen = group[((this.#place[index] as number) + next) % group.length] as number
      if (await reader.pixels(this.#ids[chosen] as number, this.#size, into)) return
    }
    const name = this.facts.classes[this.facts.labels[index] as number] as string
    throw new ArgumentError(`no image of the class ${printable(name)} can be read any more`, {
      received: `${group.length} images that are gone or cannot be read`,
      expected: 'at least one',
      advice: 'add images to the class or remove it, and start the training again',
    })
  }
}

/** Of the files as they were given, which are known before they are read. */
function sumsOf(images: readonly ProjectImage[]): Uint32Array {
  const sums = new Uint32Array(2 * images.length)
  const encoder = new TextEncoder()
  images.forEach(({ name, bytes, changed }, i) => {
    sums.set(sumOf(encoder.encode(`${name}\0${bytes}\0${changed}`)), 2 * i)
  })
  return sums
}
