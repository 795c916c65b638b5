/** Where a run's folder may be: its pictures (the report's, the example) must never be taken for data. */

import { existsSync } from 'node:fs'
import { readdir, realpath } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { isRun } from '../data/node/runMark.ts'
import { UsageError } from './errors.ts'
import { placeOf } from './runFolder.ts'

/** Throws `UsageError` where the folder is the data's own, or lies in a folder of pictures. */
export async function checkPlace(folder: string, data: string): Promise<void> {
  const place = placeOf(data)
  if (place === undefined) return
  const [from, to] = [await whole(place), await whole(folder)]
  const inside = relative(from, to)
  if (inside === '') {
    throw new UsageError(`${folder} is the folder of the data`, {
      received: `--out ${folder}, with --data ${data}`,
      expected: 'a folder of its own for the run',
      advice: '--out runs/NAME, or leave --out out',
    })
  }
  const [first = ''] = inside.split(sep)
  if (first === '..' || isAbsolute(inside) || !(await holdsData(join(from, first)))) return
  throw new UsageError(`${folder} lies in a folder of the data`, {
    received: `a run in ${join(place, first)}, with --data ${data}`,
    expected: 'a folder outside the images, or a new one beside the class folders',
    advice: '--out another folder',
  })
}

/** Whether a folder beside or among the classes holds anything but runs. */
async function holdsData(folder: string): Promise<boolean> {
  if (!existsSync(folder) || (await isRun(folder))) return false
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    if (entry.name.startsWith('.')) continue
    if (!entry.isDirectory() || !(await isRun(join(folder, entry.name)))) return true
  }
  return false
}

/** Without symbolic links, also of what is not there yet. */
async function whole(path: string): Promise<string> {
  const full = resolve(path)
  if (existsSync(full)) return realpath(full)
  return dirname(full) === full ? full : join(await whole(dirname(full)), basename(full))
}
