/** What a section of `lenslet look` is: one subject of the page, with its words for the terminal, its numbers and its files. */

import type { Command } from 'commander'
import type { Picture } from '../inspect/png.ts'
import type { Model } from '../model/model.ts'
import type { Terminal } from './terminal.ts'

/** The image that is looked at, in the size of the network's input. */
export interface LookedImage {
  readonly file: string
  /** [height, width, channels], 0..255 */
  readonly bytes: Uint8Array
  /** [1, height, width, channels], normalized */
  readonly values: Float32Array
  readonly picture: Picture
}

export interface Subject {
  readonly model: Model
  /** As it was named on the command line. */
  readonly name: string
  /** Absent where the call names none. */
  readonly image?: LookedImage
  readonly terminal: Terminal
  /** Says how far something is that takes long; a line every two seconds at most. */
  progress(what: string, done: number, all: number): void
}

/** What a section has found. */
export interface Findings {
  /** Heading on the page. */
  readonly title: string
  /** For the terminal, in lines that fit it (`terminal.wrap`, `terminal.table`). */
  readonly text: string
  /** Markup for the page, without the heading. */
  readonly html: string
  /** Runs on the page. */
  readonly script?: string
  /** With --json, under the section's name. */
  readonly json: unknown
  /** Beside the page; names are `gradient.png`. */
  readonly files: readonly LookFile[]
}

export interface LookFile {
  readonly name: string
  readonly bytes: Uint8Array
}

/** `Call`: what its options give. */
export interface LookSection<Call extends object = object> {
  /** Chosen by this word: `--show maps,weights`. */
  readonly name: string
  /** One line for the help. */
  readonly says: string
  /** Whether it is of an image: then it is left out where there is none, and an error where it was asked for. */
  readonly ofImage: boolean
  /** Shown without --show. */
  readonly isDefault: boolean
  /** Adds its own options. */
  define?(command: Command): void
  /** Undefined where this model has nothing of the kind, unless the section was asked for. */
  look(subject: Subject, call: Call, asked: boolean): Promise<Findings | undefined>
}

/** A layer's or weight's name as a part of a file's name: `fire2/expand1x1` → `fire2-expand1x1`. */
export function fileWord(name: string): string {
  return name.replace(/[^\p{L}\p{N}._-]+/gu, '-')
}
