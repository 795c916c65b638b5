/** Opens an example: network, settings, what stands beside it, and where to look. */

import { editor } from '../editor/editor.svelte.ts'
import { inspector } from '../inspector/inspector.svelte.ts'
import { layout } from '../layout/layout.svelte.ts'
import { type SheetName, sheets } from '../layout/sheets.ts'
import { store } from '../state/store.svelte.ts'
import { training } from '../train/train.svelte.ts'
import type { Example } from './examples.ts'
import { pinned } from './pinned.svelte.ts'

class ChosenExample {
  /** The sentence of the example that is open. */
  note = $state<Example['says'] | undefined>(undefined)

  async open({ says, text, pinned: beside, settings, layer, tab, sheet }: Example): Promise<void> {
    layout.open(sheet !== undefined && Object.hasOwn(sheets, sheet) ? (sheet as SheetName) : undefined)
    this.note = says
    if (tab !== undefined) inspector.tab = tab
    if (text === undefined) return
    if (training.isRunning) await training.pause()
    if (settings !== undefined) store.setTraining(settings)
    editor.replace(text)
    store.select(layer)
    if (beside === undefined) pinned.unpin()
    else void pinned.pin(beside)
    await training.reset()
    // Not on the menu's button, which Space would press.
    document.querySelector<HTMLElement>('[data-panel=train] button.primary')?.focus()
  }

  close(): void {
    this.note = undefined
  }
}

export const chosenExample = new ChosenExample()
