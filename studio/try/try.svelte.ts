/** The image that is tried, and what the model says of it, again whenever the model has learned more. */

import { EngineFault, engine } from '../engine/client.ts'
import type { Fault } from '../engine/fault.ts'
import { training } from '../train/train.svelte.ts'
import type { Answered, Drawing } from './messages.ts'

class Trial {
  answer = $state.raw<Answered | undefined>(undefined)
  fault = $state.raw<Fault | undefined>(undefined)
  /** Of the image that is shown. */
  source = $state<'nothing' | 'drawing' | 'photo' | 'camera'>('nothing')

  constructor() {
    engine.on('train.progress', ({ state, trained, tested }) => {
      const hasChanged = trained !== undefined || tested !== undefined || state === 'ready'
      if (hasChanged && this.source !== 'nothing' && this.source !== 'camera') void this.#ask(undefined)
    })
  }

  /** Digits are centred as MNIST's are where those are what the model learns. */
  get isDigit(): boolean {
    return training.prepared?.data.name.startsWith('mnist') ?? false
  }

  show(source: 'drawing' | 'photo' | 'camera', image: Drawing | Blob | ImageBitmap): Promise<void> {
    this.source = source
    return this.#ask(image)
  }

  clear(): void {
    this.source = 'nothing'
    this.answer = undefined
    this.fault = undefined
  }

  async #ask(image: Drawing | Blob | ImageBitmap | undefined): Promise<void> {
    const { source } = this
    const moved = image instanceof Blob || image === undefined ? [] : 'data' in image ? [image.data.buffer] : [image]
    try {
      const ask = { isDigit: this.isDigit, ...(image !== undefined && { image }) }
      const answer = await engine.latest('try.classify', ask, moved)
      if (answer === undefined || this.source !== source) return
      this.answer = answer
      this.fault = undefined
    } catch (error) {
      if (!(error instanceof EngineFault)) throw error
      if (this.source !== source) return
      this.answer = undefined
      this.fault = error.fault
    }
  }
}

export const trial = new Trial()
