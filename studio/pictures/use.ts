/** From images to a training: the network is fitted to them in the editor, so that a person sees and can undo it. */

import type { Volume } from 'lenslet/core'
import { editor } from '../editor/editor.svelte.ts'
import { EngineFault, engine } from '../engine/client.ts'
import { linkedOf } from '../state/link.ts'
import { store } from '../state/store.svelte.ts'
import { training } from '../train/train.svelte.ts'
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

/** Prepares a training on the images of the project. */
export async function trainOnThese(classes: number): Promise<boolean> {
  if (!(await fitNetwork(classes))) return false
  training.data = 'pictures'
  await training.prepare()
  pictures.fault = training.fault
  return training.fault === undefined
}

/** The design of a project that was saved. It comes from outside: what is invalid is left as it is. */
export function openDesign(hash: string): void {
  const { text, batch, memory, optimizer } = linkedOf(hash, {
    text: store.text,
    batch: store.batch,
    memory: store.memory,
    optimizer: store.optimizer,
  })
  if (text !== store.text) editor.replace(text)
  store.setTraining({ batch, memory, optimizer })
}
