/** The one editor, for whoever changes the text otherwise than by typing: undo keeps knowing all of it. */

import { redo, undo } from '@codemirror/commands'
import type { EditorView } from '@codemirror/view'

class Editor {
  view: EditorView | undefined = undefined

  /** Replaces the whole text, or a piece of it, as one step of undo. */
  replace(insert: string, span?: readonly [from: number, to: number]): void {
    const { view } = this
    if (view === undefined) return
    const [from, to] = span ?? [0, view.state.doc.length]
    view.dispatch({ changes: { from, to, insert }, userEvent: 'input' })
  }

  undo(): void {
    if (this.view !== undefined) undo(this.view)
  }

  redo(): void {
    if (this.view !== undefined) redo(this.view)
  }

  focus(): void {
    this.view?.focus()
  }
}

export const editor = new Editor()
