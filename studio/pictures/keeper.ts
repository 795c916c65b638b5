/**
 * The worker that keeps the images of the project. It is apart from the engine, so that reading goes on while a step of a
 * training is computed; and only a worker has files that are read and written in place.
 */

import { LensletError } from 'lenslet/core'
import { faultOf } from '../engine/fault.ts'
import type { KeeperCalls, KeeperKind, KeeperReply, KeeperRequest } from './keeperMessages.ts'
import { Keeping } from './keeping.ts'
import type { PicturesEvents } from './messages.ts'
import { DecodePool, type Decoder } from './read/decode.ts'
import { openFolder } from './store/opfs.ts'
import { zipFile } from './zip/zipFile.ts'

const scope = self as unknown as {
  postMessage(message: KeeperReply, transfer?: Transferable[]): void
  onmessage: (event: MessageEvent<KeeperRequest>) => void
}

/** One processor is for the training; of two, both decode, as the training waits for its first images. */
const decoders = Math.max(2, Math.min(4, (navigator.hardwareConcurrency || 2) - 1))
const startDecoder = (): Decoder =>
  new Worker(new URL('./read/decoder.ts', import.meta.url), { type: 'module' }) as unknown as Decoder

const tell = <K extends keyof PicturesEvents>(kind: K, event: PicturesEvents[K]) =>
  scope.postMessage({ says: 'event', kind, event } as KeeperReply)

let opened: Promise<Keeping> | undefined
function open(): Promise<Keeping> {
  opened ??= openFolder('images').then(
    (folder) => new Keeping(folder, new DecodePool(startDecoder, decoders), (state) => tell('pictures.state', state)),
  )
  return opened
}

type Handlers = {
  readonly [K in KeeperKind]: (ask: KeeperCalls[K]['ask'], keeping: Keeping) => Given<K> | Promise<Given<K>>
}
type Given<K extends KeeperKind> = KeeperCalls[K]['answer']

const handlers: Handlers = {
  'pictures.open': (_, keeping) => keeping.state(),
  'pictures.give': ({ batch, files }, keeping) => {
    keeping.give(batch, files)
    return null
  },
  'pictures.add': ({ batch, classId }, keeping) => keeping.add(batch, classId),
  'pictures.rows': ({ of, from, to }, keeping) => keeping.rows(of, from, to),
  'pictures.thumbnails': async ({ ids, side }, keeping) => ({ bitmaps: await keeping.thumbnails(ids, side) }),
  'pictures.image': async ({ id }, keeping) => ({ blob: await keeping.image(id) }),
  'pictures.change': (change, keeping) => keeping.change(change),
  'pictures.save': ({ design, classId }, keeping) =>
    zipFile(keeping, { design, classId }, (done, all) => tell('pictures.saving', { done, all })),
  'keeper.snapshot': ({ size }, keeping) => keeping.snapshot(size),
  'keeper.read': ({ snapshot, indexes }, keeping) => keeping.read(snapshot, indexes),
}

scope.onmessage = async ({ data }) => {
  const { id, kind, ask } = data
  try {
    const keeping = await open()
    const answer = await (handlers[kind] as (ask: unknown, keeping: Keeping) => unknown)(ask, keeping)
    scope.postMessage({ says: 'answer', to: id, answer }, movedOf(kind, answer))
  } catch (error) {
    if (!(error instanceof LensletError)) console.error(error)
    const fault =
      error instanceof LensletError
        ? faultOf(error)
        : { message: `The images cannot be kept: ${error instanceof Error ? error.message : String(error)}` }
    scope.postMessage({ says: 'fault', to: id, fault })
  }
}

function movedOf(kind: KeeperKind, answer: unknown): Transferable[] {
  if (kind === 'keeper.read') return [(answer as KeeperCalls['keeper.read']['answer']).buffer]
  if (kind !== 'pictures.thumbnails') return []
  return (answer as KeeperCalls['pictures.thumbnails']['answer']).bitmaps.filter((bitmap) => bitmap !== null)
}
