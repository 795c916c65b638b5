/** Folders of `lenslet export --torch`, in which PyTorch trains. */

import { join } from 'node:path'
import { parseJson } from '../core/json.ts'
import { readRegularFile } from '../platform/regularFile.ts'

/** 64 MiB: a recipe is a few kilobytes, and names every class and weight. */
const limit = 2 ** 26

/** Whether its recipe.json is one of ours. */
export async function isTorchFolder(folder: string): Promise<boolean> {
  try {
    const bytes = await readRegularFile(join(folder, 'recipe.json'), limit)
    return (parseJson(new TextDecoder().decode(bytes)) as { format?: unknown } | null)?.format === 'lenslet.recipe'
  } catch {
    return false
  }
}
