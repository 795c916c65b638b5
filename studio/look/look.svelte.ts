/** What is looked at: the image, the unit, the map; and the engine's answers about them. */

import type { AttributionName } from 'lenslet/insight'
import { engine } from '../engine/client.ts'
import { store } from '../state/store.svelte.ts'
import type { ImageChoice, TriedPixels } from './messages.ts'
import { Watched, weightsChanged } from './watched.svelte.ts'

export interface ChosenUnit {
  readonly layer: string
  readonly channel: number
  readonly position: readonly [row: number, column: number]
}

class Look {
  image = $state.raw<ImageChoice>({ from: 'test', index: 0 })
  /** The image that is tried at the moment. */
  tried = $state.raw<TriedPixels | undefined>(undefined)
  /** Of an image that was drawn or dropped, which has no number: counts up with each. */
  #tried = 0
  unit = $state.raw<ChosenUnit | undefined>(undefined)
  method = $state<AttributionName>('gradCam')
  /** A class; undefined: the likeliest. */
  target = $state<number | undefined>(undefined)
  /** Class activation maps of the selected layer instead of the last one. */
  ofSelected = $state(false)
  /** Whether the picture of the network carries maps of the image. */
  onPicture = $state(true)
  /** The share of a slow map that is computed. */
  progress = $state(0)

  readonly shown = new Watched('look.image')
  readonly filters = new Watched('look.filters')
  readonly activations = new Watched('look.activations')
  readonly field = new Watched('look.field')
  readonly matters = new Watched('look.matters')
  readonly statistics = new Watched('look.statistics')
  readonly layer = new Watched('look.layer')
  readonly #viewers = new Map<string, string | undefined>()

  constructor() {
    engine.on('look.replaced', weightsChanged)
    engine.on('train.progress', weightsChanged)
    engine.on('look.progress', ({ done, all }) => (this.progress = done / all))
  }

  /** The newest text that is a network; looks are about it. */
  get text(): string | undefined {
    return store.design?.text
  }

  /** For questions: the same image has the same key. */
  get imageKey(): string {
    const { image } = this
    return image.from === 'pattern' ? 'pattern' : `${image.from} ${image.from === 'tried' ? this.#tried : image.index}`
  }

  choose(image: ImageChoice): void {
    if (image.from === 'tried') this.#tried += 1
    this.image = image
  }

  /** What was drawn or dropped to be tried is looked at, too, as soon as it is another image. */
  follow(tried: TriedPixels | undefined): void {
    const before = this.tried
    this.tried = tried
    if (tried === undefined || (before !== undefined && isSame(before, tried))) return
    this.choose({ from: 'tried', pixels: tried })
  }

  /** To another image of the same split, or from elsewhere to one of the test images. */
  step(by: number): void {
    const { image } = this
    const counts = this.shown.answer?.counts ?? { train: 0, test: 0 }
    const from = image.from === 'train' ? 'train' : 'test'
    const index = 'index' in image ? image.index + by : 0
    this.choose({ from, index: counts[from] === 0 ? 0 : (index + counts[from]) % counts[from] })
  }

  random(): void {
    const from = this.image.from === 'train' ? 'train' : 'test'
    const count = this.shown.answer?.counts[from] ?? 0
    this.choose({ from, index: Math.floor(Math.random() * count) })
  }

  /** Activations are seen in two places, by one question. `undefined` as viewer's layer: a glance is enough. */
  watchActivations(viewer: string, layer: string | undefined): () => void {
    this.#viewers.set(viewer, layer)
    this.#askActivations()
    return () => {
      this.#viewers.delete(viewer)
      // An effect that runs again comes back at once: nothing is asked in between.
      queueMicrotask(() => this.#viewers.size === 0 && this.activations.want(undefined))
    }
  }

  #askActivations(): void {
    const { text, image } = this
    if (text === undefined || this.#viewers.size === 0) {
      this.activations.want(undefined)
      return
    }
    const layer = [...this.#viewers.values()].find((each) => each !== undefined)
    const key = JSON.stringify([text, this.imageKey, layer])
    this.activations.want({ text, image, ...(layer !== undefined && { layer }) }, key, {
      paced: image.from === 'tried',
    })
  }
}

function isSame(a: TriedPixels, b: TriedPixels): boolean {
  return a.height === b.height && a.width === b.width && a.pixels.every((value, index) => value === b.pixels[index])
}

export const look = new Look()
