/** Pictures that look like negatives of those that a model was trained on. */

import { printable } from '../core/text.ts'
import type { Model } from '../model/model.ts'
import type { Terminal } from './terminal.ts'

/**
 * Gray pictures only: the training pictures were dark on the whole and this one is light, or the other way round, and its
 * inverse is far closer to them.
 */
export function seemsInverted({ input, info }: Pick<Model, 'input' | 'info'>, bytes: Uint8Array): boolean {
  const mean = info.normalization?.mean[0]
  if (input.channels !== 1 || mean === undefined) return false
  const brightness = bytes.reduce((sum, byte) => sum + byte, 0) / bytes.length / 255
  return Math.abs(brightness - mean) > 0.3 + Math.abs(1 - brightness - mean)
}

/** Pictures that look like negatives: how many, and the first. */
export class Negatives {
  #count = 0
  #first = ''

  add(file: string): void {
    if (this.#count++ === 0) this.#first = printable(file)
  }

  hint(terminal: Terminal): void {
    if (this.#count === 0) return
    const which = this.#count === 1 ? `${this.#first} looks` : `${this.#count} images, ${this.#first} first, look`
    terminal.hint(`note: ${which} like the negative of the training images (light where they are dark). Try --invert.`)
  }
}
