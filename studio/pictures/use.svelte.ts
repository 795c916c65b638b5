/** From images to a training: the network is fitted to them in the editor, so that a person sees and can undo it. */

import type { Volume } from 'lenslet/core'
import { editor } from '../editor/editor.svelte.ts'
import { EngineFault, engine } from '../engine/client.ts'
import { type Linked, linkedOf } from '../state/link.ts'
import { store } from '../state/store.svelte.ts'
import { training } from '../train/train.svelte.ts'
import type { ProjectState } from './messages.ts'
import { pictures } from './pictures.svelte.ts'

/** Returns whether the network could be fitted; why not is said with the images. */
export async function fitNetwork(classes: number, size?: Volume): Promise<boolean> {
  try {
    const { text } = await engine.ask('pictures.fit', {
      text: store.text,
      classes,
      ...(size !== undefined && { size }),
    })
    if (text !== store.text) editor.replace(text)
    return true
  } catch (error) {
    if (!(error instanceof EngineFault)) throw error
    pictures.fault = error.fault
    return false
  }
}

/** Starts a training on the images of the project; returns whether it could begin. */
export async function trainOnThese({ classes }: ProjectState): Promise<boolean> {
  const filled = classes.filter(({ count }) => count > 0)
  if (!(await fitNetwork(filled.length))) return false
  await designed()
  const count = filled.reduce((sum, { count, test = 0 }) => sum + count - test, 0)
  // A step takes no more than half of the images, so that there are steps to see.
  if (store.batch > count / 2) store.setTraining({ batch: Math.max(1, 2 ** Math.floor(Math.log2(count / 2))) })
  await training.choose({ data: 'pictures' })
  pictures.fault = training.fault
  if (training.fault !== undefined) return false
  void training.start()
  return true
}

/** When the numbers of the text that is there now are there, or what is wrong with it. */
export function designed(): Promise<void> {
  return new Promise((resolve) => {
    const stop = $effect.root(() => {
      $effect(() => {
        if (store.design?.text !== store.text && store.fault === undefined) return
        resolve()
        queueMicrotask(() => stop())
      })
    })
  })
}

/** The design of a project that was saved. It comes from outside: what is invalid is left as it is. */
export function openDesign(hash: string): void {
  const { text, batch, memory, optimizer, rate, schedule, epochs, augment } = linkedOf(hash, current())
  if (text !== store.text) editor.replace(text)
  store.setTraining({ batch, memory, optimizer, rate, schedule, epochs, augment })
}

function current(): Linked {
  const { text, batch, memory, optimizer, rate, schedule, epochs, augment, seed, data } = store
  return { text, batch, memory, optimizer, rate, schedule, epochs, augment, seed, data }
}
