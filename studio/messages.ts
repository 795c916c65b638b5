/**
 * What the page and the engine in its worker say to each other: plain data. The page asks, the engine answers each question
 * once; on its own the engine tells of events. Each panel states its calls and events in its messages.ts, and this is all of
 * them. A kind without a handler, or without a place here, does not compile.
 */

import type { DesignCalls } from './design/messages.ts'
import type { Fault } from './engine/fault.ts'
import type { LookCalls, LookEvents } from './look/messages.ts'
import type { PicturesCalls, PicturesEvents } from './pictures/messages.ts'
import type { PretrainedCalls } from './pretrained/messages.ts'
import type { RunsCalls } from './runs/messages.ts'
import type { TakeCalls } from './take/messages.ts'
import type { TrainCalls, TrainEvents } from './train/messages.ts'
import type { TryCalls } from './try/messages.ts'

/** One line a panel: `'panel.verb': { ask, answer }`. */
export interface Calls
  extends DesignCalls,
    PicturesCalls,
    PretrainedCalls,
    TrainCalls,
    TryCalls,
    LookCalls,
    TakeCalls,
    RunsCalls {}

/** One line a panel: `'panel.event': what it says`. */
export interface Events extends PicturesEvents, TrainEvents, LookEvents {}

export type { Fault } from './engine/fault.ts'

export type CallKind = keyof Calls
export type Ask<K extends CallKind> = Calls[K]['ask']
export type Answer<K extends CallKind> = Calls[K]['answer']
export type EventKind = keyof Events

/** The part of a kind before the dot: the panel that it belongs to. */
export type Prefix = CallKind extends `${infer P}.${string}` ? P : never

interface AskOf<K extends CallKind> {
  readonly kind: K
  readonly id: number
  readonly ask: Ask<K>
  /** Only the newest of this kind matters: earlier ones that were not begun are passed over. */
  readonly latest: boolean
}

export type Request = { [K in CallKind]: AskOf<K> }[CallKind]

export type Reply =
  | { readonly to: number; readonly says: 'answer'; readonly answer: Answer<CallKind> }
  | { readonly to: number; readonly says: 'passed over' }
  | { readonly to: number; readonly says: 'fault'; readonly fault: Fault }
  | { [K in EventKind]: { readonly says: 'event'; readonly kind: K; readonly event: Events[K] } }[EventKind]
