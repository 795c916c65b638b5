/** Questions about the images of the project, and what is told while they are read. */

import type { Volume } from 'lenslet/core'
import type { Settings } from './store/journal.ts'

/** A file as the page has it, with its path in what was dropped. */
export interface Given {
  readonly path: string
  readonly file: File | Blob
  /** Milliseconds; 0 where it is not known. */
  readonly changed: number
}

export interface ClassState {
  readonly id: number
  readonly name: string
  readonly count: number
  /** Of these, for the test; undefined while images are being read. */
  readonly test: number | undefined
  /** The first few, to be shown. */
  readonly first: readonly number[]
}

/** Something about the images that a person should know. The sentence is for people. */
export interface Problem {
  readonly kind: 'broken' | 'other' | 'room' | 'memory' | 'known' | 'archive'
  readonly message: string
  /** Of files, with what is wrong; the first hundred. */
  readonly details: readonly string[]
}

export interface ProjectState {
  readonly classes: readonly ClassState[]
  readonly count: number
  /** Images that are kept, of those that were given; undefined when all are. */
  readonly reading: { readonly done: number; readonly all: number; readonly perSecond: number } | undefined
  readonly problems: readonly Problem[]
  /** Images that are there more than once, and in how many classes the worst of them. */
  readonly copies: { readonly images: number; readonly groups: number; readonly acrossClasses: number }
  /** Encoded images, and pixels for the network. */
  readonly bytes: { readonly images: number; readonly pixels: number }
  readonly settings: Settings
}

export interface Row {
  readonly id: number
  readonly classId: number
  readonly name: string
  /** 0: not known yet. */
  readonly width: number
  readonly height: number
  readonly bytes: number
  /** Which images are copies of one another, in a list of copies. */
  readonly group?: number
}

export type Change =
  | { readonly what: 'add class'; readonly name: string }
  | { readonly what: 'rename class'; readonly id: number; readonly name: string }
  | { readonly what: 'remove class'; readonly id: number }
  | { readonly what: 'move'; readonly ids: readonly number[]; readonly classId: number }
  | { readonly what: 'remove'; readonly ids: readonly number[] }
  /** All but one of each image. */
  | { readonly what: 'remove copies' }
  | { readonly what: 'settings'; readonly settings: Settings }
  | { readonly what: 'clear' }
  | { readonly what: 'dismiss'; readonly kind: Problem['kind'] }

export interface Added {
  readonly added: number
  /** That were there already. */
  readonly known: number
  /** Of a project that was saved: the part of the address that says the design. */
  readonly design?: string
}

export interface PicturesCalls {
  'pictures.open': { readonly ask: Record<never, never>; readonly answer: ProjectState }
  /** Files, a part at a time, so that the page does not stop: `pictures.add` takes them. */
  'pictures.give': { readonly ask: { readonly batch: number; readonly files: readonly Given[] }; readonly answer: null }
  'pictures.add': { readonly ask: { readonly batch: number; readonly classId?: number }; readonly answer: Added }
  'pictures.rows': {
    readonly ask: { readonly of: number | 'copies'; readonly from: number; readonly to: number }
    readonly answer: { readonly count: number; readonly rows: readonly Row[] }
  }
  /** Squares; null where an image is gone or cannot be read. */
  'pictures.thumbnails': {
    readonly ask: { readonly ids: readonly number[]; readonly side: number }
    readonly answer: { readonly bitmaps: readonly (ImageBitmap | null)[] }
  }
  /** The encoded image as it is kept. */
  'pictures.image': { readonly ask: { readonly id: number }; readonly answer: { readonly blob: Blob } }
  'pictures.change': { readonly ask: Change; readonly answer: ProjectState }
  /** The text of a network for the classes of the project, and for images of another size. */
  'pictures.fit': {
    readonly ask: { readonly text: string; readonly classes: number; readonly size?: Volume }
    readonly answer: { readonly text: string }
  }
  /** A ZIP of the project or of one class, with one folder per class. The browser keeps it as a file until it is fetched. */
  'pictures.save': {
    readonly ask: { readonly design: string; readonly classId?: number }
    readonly answer: { readonly file: Blob; readonly name: string }
  }
}

export interface PicturesEvents {
  'pictures.state': ProjectState
  'pictures.saving': { readonly done: number; readonly all: number }
}
