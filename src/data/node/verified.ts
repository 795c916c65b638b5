/**
 * Whether files in the cache are still the published ones. Hashing CIFAR-10 takes 0.3 s, too long for every start. So a stamp
 * records the size and times of hashed files, and a file with another time is hashed again. Programs cannot set the time of
 * the last status change (ctime), so a replaced file is always noticed.
 */
import { createHash } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as schema from '../../core/schema.ts'
import { openRegularFile, readRegularFile } from '../../platform/regularFile.ts'
import { systemCode, systemReason } from '../../platform/systemErrors.ts'

/** SHA-256 by the file's name. */
export type Checksums = Readonly<Record<string, string>>

/** Longer files are refused unread: the largest of these data sets has 45 MB. */
const fileLimit = 2 ** 26

const stampName = '.verified.json'
const entrySchema = schema.object({
  name: schema.string,
  sha256: schema.string,
  bytes: schema.number({ whole: true }),
  modified: schema.number(),
  changed: schema.number(),
})
const stampSchema = schema.object({ format: schema.literal('lenslet.verified'), files: schema.list(entrySchema) })

interface Entry {
  readonly name: string
  readonly sha256: string
  readonly bytes: number
  /** mtime and ctime in milliseconds. */
  readonly modified: number
  readonly changed: number
}

/**
 * What is wrong with the files of a folder, a clause each (`test_batch.bin is missing`); empty where all are as published.
 *
 * @param fully hash all files, and ignore the stamp
 */
export async function faultsOf(folder: string, checksums: Checksums, fully = false): Promise<readonly string[]> {
  const stamp = await readStamp(folder)
  const faults: string[] = []
  const entries: Entry[] = []
  for (const [name, sha256] of Object.entries(checksums)) {
    const known = fully ? undefined : stamp.find((entry) => entry.name === name)
    const found = await look(folder, name, known)
    if (typeof found === 'string') faults.push(`${name} ${found}`)
    else if (found.sha256 !== sha256) faults.push(`${name} has different contents`)
    else entries.push(found)
  }
  if (faults.length > 0) await rm(join(folder, stampName), { force: true }).catch(() => {})
  else if (JSON.stringify(entries) !== JSON.stringify(stamp)) await writeStamp(folder, entries)
  return faults
}

/** The file's entry, from its stamp if that still fits, else from its contents; or what is wrong with the file. */
async function look(folder: string, name: string, known: Entry | undefined): Promise<Entry | string> {
  try {
    const { handle, size } = await openRegularFile(join(folder, name))
    try {
      const { mtimeMs: modified, ctimeMs: changed } = await handle.stat()
      if (known?.bytes === size && known.modified === modified && known.changed === changed) return known
      if (size > fileLimit) return `has ${size} bytes`
      const hash = createHash('sha256')
      for await (const chunk of handle.createReadStream({ autoClose: false, highWaterMark: 1 << 20, end: fileLimit }))
        hash.update(chunk as Uint8Array)
      return { name, sha256: hash.digest('hex'), bytes: size, modified, changed }
    } finally {
      await handle.close()
    }
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return 'is missing'
    return `cannot be read: ${systemReason(error).received}`
  }
}

async function readStamp(folder: string): Promise<readonly Entry[]> {
  try {
    const text = new TextDecoder().decode(await readRegularFile(join(folder, stampName), 2 ** 20))
    const stamp: unknown = JSON.parse(text)
    return stampSchema.fits(stamp) ? stamp.files : []
  } catch {
    return []
  }
}

/** Without it the files are hashed again the next time; so a read-only folder is not an error. */
async function writeStamp(folder: string, files: readonly Entry[]): Promise<void> {
  const text = JSON.stringify({ format: 'lenslet.verified', files })
  await writeFile(join(folder, stampName), `${text}\n`).catch(() => {})
}
