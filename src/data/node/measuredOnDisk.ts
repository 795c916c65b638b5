/** The normalization of pictures on the disk: they are all read for it once, and their cache keeps the result. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseJson } from '../../core/json.ts'
import { list, number, object } from '../../core/schema.ts'
import { replaceFile } from '../../platform/replaceFile.ts'
import { measureStore, type Normalization } from '../normalization.ts'
import type { PictureSize } from '../resize.ts'
import { digestOf, type PictureStore } from '../store.ts'

interface MeasureOptions {
  readonly size: PictureSize
  readonly signal?: AbortSignal | undefined
  readonly onStage?:
    | ((progress: { readonly done: number; readonly total: number; readonly what: string }) => void)
    | undefined
}

/**
 * @param folder of the cache
 * @returns undefined for pictures in memory, which are measured there
 */
export async function measuredOnDisk(
  folder: string,
  train: PictureStore | Uint8Array,
  { size: { channels }, signal, onStage }: MeasureOptions,
): Promise<Normalization | undefined> {
  if (train instanceof Uint8Array) return undefined
  const path = join(folder, `normalization-${digestOf(train)}.json`)
  const known = await readFile(path, 'utf8').then(
    (text) => read(text, channels),
    () => undefined,
  )
  if (known !== undefined) return known
  const normalization = await measureStore(train, channels, (done) => {
    signal?.throwIfAborted()
    onStage?.({ done, total: train.count, what: 'read for their mean and deviation' })
  })
  // Where it cannot be written, it is measured again.
  await replaceFile(path, new TextEncoder().encode(JSON.stringify(normalization))).catch(() => {})
  return normalization
}

/** Undefined where the file is damaged. */
function read(text: string, channels: number): Normalization | undefined {
  const numbers = (least: number) => list(number({ min: least, max: 256 }), { min: channels, max: channels })
  const schema = object({ mean: numbers(0), std: numbers(Number.MIN_VALUE) })
  try {
    const found = parseJson(text)
    return schema.fits(found) ? found : undefined
  } catch {
    return undefined
  }
}
