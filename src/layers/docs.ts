/**
 * What docs/layers.md says of a layer in addition to what its code tells. A layer's folder has it in `docs.ts`, apart from
 * `layer.ts`, so that pages do not load it; scripts/layers-page.ts finds the files and refuses a layer that is in none.
 */

export interface LayerDocs {
  /** What it is, in a few words: `convolution`. */
  readonly title: string
  /** The formula of the forward pass, or one sentence. */
  readonly forward: string
  /** The output's volume for an input of H×W×D. Absent: that of the input. */
  readonly volume?: string
  /** What is learned or tracked, with shapes. Absent: nothing. */
  readonly parameters?: string
  /** Multiply–accumulates for an image. Absent: none worth counting. */
  readonly macs?: string
  /** The default of each option, flag or key of the word, and of its `number`, in words. A flag that is off needs none. */
  readonly defaults?: Readonly<Record<string, string>>
  /** What the word's number is. */
  readonly number?: string
  /** Author, title or journal, year. */
  readonly source: string
  /** Input of the example, where 32x32x64 does not suit it. */
  readonly input?: string
}

/** The layers of a folder, by type. */
export type LayerDocsTable = Readonly<Record<string, LayerDocs>>
