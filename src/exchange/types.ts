/** What readers and writers of foreign formats have in common. One folder per format, one line in `formats.ts`. */

import type { Bytes } from '../core/bytes.ts'
import type { ModelInfo } from '../model/info.ts'
import type { StoredTensor } from '../model/safetensors.ts'
import type { WeightSource } from '../model/weightSource.ts'
import type { Network } from '../network/network.ts'

/** A model as a foreign file describes it, in our layers and our layout (NHWC). */
export interface ImportedModel {
  readonly network: Network
  /** Every weight of the network by its full name, `conv1.filters`. Read from the file when they are needed, one by one. */
  readonly weights: ReadonlyMap<string, WeightSource>
  readonly info: ModelInfo
  /** What was changed, folded or left out: a sentence each, for people. */
  readonly notes: readonly string[]
  /** The same network with arrays from elsewhere in place of the file's own, by the file's names. */
  withArrays?(arrays: ReadonlyMap<string, StoredTensor>): ReplacedArrays
}

export interface ReplacedArrays {
  readonly weights: ReadonlyMap<string, WeightSource>
  /** Names of arrays that were taken. */
  readonly used: readonly string[]
  /** Names of the file's arrays for which there was none. */
  readonly missing: readonly string[]
}

/** A file of arrays by name, without a network. */
export interface TensorFile {
  readonly tensors: ReadonlyMap<string, StoredTensor>
  /** What was left out: a sentence each, for people. */
  readonly notes: readonly string[]
}

/** Where a model is read from: a file, and the files beside it that it may name (external data, shards). */
export interface ModelFiles {
  /** For messages and endings: `models/net.onnx`. */
  readonly name: string
  read(): Promise<Uint8Array>
  /**
   * A file in the folder of the first or below it; undefined if there is none.
   * @throws {ForeignFileError} the path leaves the folder
   */
  beside(path: string): Promise<Uint8Array | undefined>
  /** As `read` and `beside`, of files that are read part by part. */
  open?(): Promise<Bytes>
  openBeside?(path: string): Promise<Bytes | undefined>
  /** Names of the files in the folder, where they are known. */
  names?(): Promise<readonly string[]>
}

/** A model as it is written to a foreign file. */
export interface ExportedModel {
  readonly network: Network
  readonly weights: ReadonlyMap<string, { readonly shape: readonly number[]; readonly values: Float32Array }>
  readonly info: ModelInfo
}

/** What a model may leave open, and whoever reads it says. */
export interface OpenSizes {
  /** Rows and columns of the image; its channels, where they are known. */
  readonly size?:
    | { readonly height: number; readonly width: number; readonly channels?: number | undefined }
    | undefined
}

/** What can be done with a format. Each function is loaded when it is first used, so that a page pays only for its own. */
export interface Format {
  /** For people: `ONNX`. */
  readonly name: string
  /** With the dot, in lower case: `.onnx`. */
  readonly endings: readonly string[]
  /** Whether a file is of this format, by its first bytes (at least 1,024, or the whole file). */
  is?(start: Uint8Array): boolean
  readModel?(files: ModelFiles, open?: OpenSizes): Promise<ImportedModel>
  readTensors?(files: ModelFiles): Promise<TensorFile>
  /** Parts of the file, one after the other. */
  writeModel?(model: ExportedModel, options: WriteOptions): Promise<Iterable<Uint8Array>>
  /** As `writeModel`, of a format that has several files; `name` is that of the first. */
  writeFiles?(model: ExportedModel, options: WriteOptions, name: string): Promise<WrittenFiles>
  writeTensors?(tensors: ReadonlyMap<string, StoredTensor>): Promise<Iterable<Uint8Array>>
}

/** A file, and those beside it that it names. */
export interface WrittenFiles {
  readonly main: Iterable<Uint8Array>
  readonly beside: ReadonlyMap<string, Iterable<Uint8Array>>
}

export interface WriteOptions {
  /** Weights as 16-bit floats. */
  readonly half?: boolean
}
