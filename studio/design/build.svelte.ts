/** Layers clicked together: each click changes the text in the editor, and the layer that it made is selected. */

import { editor } from '../editor/editor.svelte.ts'
import { store } from '../state/store.svelte.ts'
import { added, type Change, removed } from './edit.ts'
import type { DesignFacts } from './messages.ts'

class Build {
  /** Where the word stands that is to be selected when the design of the new text is there. */
  #pending: { readonly text: string; readonly offset: number } | undefined

  get canRemove(): boolean {
    return this.#removal() !== undefined
  }

  add(word: string): void {
    const change = added(store.text, store.layer?.span[0], word)
    if (change === undefined) return
    const lead = change.insert.startsWith(' -> ') ? 4 : 0
    this.#make(change, change.span[0] + lead)
  }

  remove(): void {
    const change = this.#removal()
    const { layer } = store
    if (change === undefined) return
    this.#make(change, undefined)
    store.select(layer?.sources[0])
  }

  /** Called when a design has come. */
  follow(design: DesignFacts | undefined): void {
    const pending = this.#pending
    if (pending === undefined || design?.text !== pending.text) return
    this.#pending = undefined
    const { offset } = pending
    const found = design.layers.findLast(({ span }) => span[0] <= offset && offset < span[1])
    if (found !== undefined) store.select(found.name)
  }

  #removal(): Change | undefined {
    const { layer } = store
    return layer === undefined || store.design?.text !== store.text ? undefined : removed(store.text, layer.span[0])
  }

  #make({ span, insert }: Change, offset: number | undefined): void {
    const { text } = store
    const next = text.slice(0, span[0]) + insert + text.slice(span[1])
    this.#pending = offset === undefined ? undefined : { text: next, offset }
    editor.replace(insert, span)
  }
}

export const build = new Build()
