/** What the engine asks the worker that keeps the images: all that the page asks, and what trainings need. */

import type { PictureSize } from 'lenslet/data'
import type { Fault } from '../messages.ts'
import type { PicturesCalls, PicturesEvents } from './messages.ts'
import type { SnapshotFacts } from './snapshot.ts'

export interface KeeperCalls extends Omit<PicturesCalls, 'pictures.fit'> {
  'keeper.snapshot': { readonly ask: { readonly size: PictureSize }; readonly answer: SnapshotFacts }
  'keeper.read': {
    readonly ask: { readonly snapshot: number; readonly indexes: Uint32Array }
    readonly answer: Uint8Array<ArrayBuffer>
  }
}

export type KeeperKind = keyof KeeperCalls

export type KeeperRequest = {
  [K in KeeperKind]: { readonly id: number; readonly kind: K; readonly ask: KeeperCalls[K]['ask'] }
}[KeeperKind]

export type KeeperReply =
  | { readonly says: 'answer'; readonly to: number; readonly answer: unknown }
  | { readonly says: 'fault'; readonly to: number; readonly fault: Fault }
  | {
      [K in keyof PicturesEvents]: { readonly says: 'event'; readonly kind: K; readonly event: PicturesEvents[K] }
    }[keyof PicturesEvents]
