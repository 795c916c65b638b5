/** Passes the page's questions about images on to the worker that keeps them. */

import { type EngineContext, type Handlers, Moved } from '../engine/context.ts'
import { fitText } from './fitText.ts'
import { askKeeper, listen } from './keep.ts'
import type { KeeperCalls } from './keeperMessages.ts'
import type { PicturesCalls } from './messages.ts'

function passed<K extends keyof PicturesCalls & keyof KeeperCalls>(kind: K) {
  return (ask: PicturesCalls[K]['ask'], context: EngineContext): Promise<PicturesCalls[K]['answer']> => {
    listen(context)
    return askKeeper(kind, ask) as Promise<PicturesCalls[K]['answer']>
  }
}

export const handlers: Handlers<PicturesCalls> = {
  'pictures.open': passed('pictures.open'),
  'pictures.give': passed('pictures.give'),
  'pictures.add': passed('pictures.add'),
  'pictures.rows': passed('pictures.rows'),
  'pictures.thumbnails': async (ask, context) => {
    const answer = await passed('pictures.thumbnails')(ask, context)
    return new Moved(
      answer,
      answer.bitmaps.filter((bitmap) => bitmap !== null),
    )
  },
  'pictures.image': passed('pictures.image'),
  'pictures.change': passed('pictures.change'),
  'pictures.fit': ({ text, classes, size }) => ({ text: fitText(text, classes, size) }),
  'pictures.save': passed('pictures.save'),
}
