/** Makes a run's folder, or says why not, and takes it away again where the training could not begin. */

import { existsSync } from 'node:fs'
import { mkdir, readdir, rm, rmdir, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { isRun } from '../data/node/runMark.ts'
import { FileError } from '../platform/errors.ts'
import type { FileLock } from '../platform/types.ts'
import { UsageError } from './errors.ts'
import { filesOf, lockRun, type RunFiles, type RunSettings, writeRun } from './runFolder.ts'
import { checkPlace } from './runPlace.ts'

export interface NewRun {
  readonly files: RunFiles
  /** Of the run: to be released when all its files are written. */
  readonly lock: FileLock
  /** Removes what was made. */
  undo(): Promise<void>
}

export interface CreateOptions {
  /** Taken as it is; without it a new folder in `runs` gets its name. */
  readonly out?: string | undefined
  /** Replace a run. */
  readonly force?: boolean | undefined
  /** Writes the weights that the run starts from, if it starts from a model. */
  writeStart?(path: string): Promise<void>
}

/** Throws `UsageError`, `LockedError` or `FileError`; nothing is then left of what was made. */
export async function createRun(settings: RunSettings, options: CreateOptions): Promise<NewRun> {
  const { out, force = false, writeStart } = options
  if (out?.trim() === '') {
    throw new UsageError('--out is empty', { received: "--out ''", expected: 'a folder', advice: '--out runs/NAME' })
  }
  const { files, made, lock } = await openFolder(settings, out, force)
  const undo = async () => {
    await removeFiles(files)
    await lock.release()
    await removeFolders(made)
  }
  try {
    // Between the first look and the lock another process may have begun, and ended.
    await checkFolder(files, force)
  } catch (error) {
    await lock.release()
    throw error
  }
  try {
    await removeFiles(files)
    await writeStart?.(files.start)
    await writeRun(files, settings)
  } catch (error) {
    await undo()
    throw error
  }
  return { files, lock, undo }
}

/** The folder, made where it was missing, and its lock. */
async function openFolder(settings: RunSettings, out: string | undefined, force: boolean) {
  for (let tries = 1; ; tries++) {
    const files = filesOf(out ?? newName(settings))
    await checkPlace(files.folder, settings.data)
    // If there is a run, its lock is tried first: that a process works on it is the better message.
    if (!(await isRun(files.folder))) await checkFolder(files, force)
    const made = await makeFolders(files.folder)
    // Another process chose the same name at the same moment.
    if (out === undefined && !made.includes(resolve(files.folder))) continue
    try {
      return { files, made, lock: await lockRun(files) }
    } catch (error) {
      await removeFolders(made)
      // The process that made the folder has removed it again.
      if (tries < 3 && error instanceof FileError && !existsSync(files.folder)) continue
      throw error
    }
  }
}

/** A folder without a run and without files that a run would replace; with `force`, one with a run. */
async function checkFolder(files: RunFiles, force: boolean): Promise<void> {
  const { folder } = files
  if (existsSync(files.settings)) {
    if (!(await isRun(folder))) {
      throw new UsageError(`${folder} holds a run.json that is not Lenslet's`, {
        received: `--out ${folder}`,
        expected: 'a new folder',
        advice: '--out another folder',
      })
    }
    if (force) return
    throw new UsageError(`${folder} holds a run already`, {
      received: `--out ${folder}`,
      expected: 'a folder without a run',
      advice: `another folder; --resume ${folder} to continue the run, or --force to replace it`,
    })
  }
  const taken = (await ownFiles(files)).map((name) => join(folder, name))
  if (taken.length === 0) return
  throw new UsageError(`${folder} holds files that a run would replace`, {
    received: taken.slice(0, 5).join(', '),
    expected: 'a new folder, or one without them',
    advice: '--out another folder',
  })
}

/** Names of the files in the folder that a run writes. */
async function ownFiles({ folder, ...paths }: RunFiles): Promise<readonly string[]> {
  const own = new Set(Object.values(paths))
  const names = await readdir(folder).catch(() => [])
  return names.filter((name) => own.has(join(folder, name)))
}

async function removeFiles(files: RunFiles): Promise<void> {
  const { folder } = files
  const names = await readdir(folder).catch(() => [])
  const own = await ownFiles(files)
  const others = names.filter((name) => /^example-.*\.png$/.test(name))
  for (const name of [...own, ...others]) await rm(join(folder, name), { force: true })
  // TensorBoard would show both runs as one.
  const events = join(folder, 'tensorboard')
  for (const name of await readdir(events).catch(() => [])) {
    if (/^events\.out\.tfevents\.\d+\.lenslet\./.test(name)) await rm(join(events, name), { force: true })
  }
  await rmdir(events).catch(() => {})
}

/** Folders that are not empty stay. */
async function removeFolders(folders: readonly string[]): Promise<void> {
  for (const folder of folders.toReversed()) await rmdir(folder).catch(() => {})
}

/**
 * One after the other: where a folder cannot be made (`/proc/x`), Node's `mkdir` with `recursive` may not end. Returns those
 * that were made.
 */
async function makeFolders(folder: string): Promise<readonly string[]> {
  const missing: string[] = []
  for (let path = resolve(folder); !existsSync(path) && dirname(path) !== path; path = dirname(path))
    missing.unshift(path)
  const made: string[] = []
  for (const path of missing) {
    try {
      await mkdir(path)
      made.push(path)
    } catch (cause) {
      // Another process may have made it meanwhile.
      if (await isFolder(path)) continue
      await removeFolders(made)
      throw cannotMake(folder, cause)
    }
  }
  if (missing.length === 0 && !(await isFolder(resolve(folder))))
    throw cannotMake(folder, new Error('a file of this name'))
  return made
}

function cannotMake(folder: string, cause: unknown): FileError {
  return new FileError(`cannot make the folder ${folder}`, {
    received: cause instanceof Error ? cause.message : String(cause),
    expected: 'a place that can be written to',
    advice: '--out another folder',
    cause,
  })
}

const isFolder = (path: string) =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )

/** `runs/lenet5-mnist-20261122-054312`, with a number where two began in one second. */
function newName({ name, data, began }: RunSettings): string {
  const time = began.replace(/[-:]/g, '').replace('T', '-').slice(0, 15)
  const kind = data.split(':')[0] ?? ''
  // A network file can have a name that leaves no room for more.
  const short = name.replace(/[^\w.-]+/g, '_').slice(0, 80)
  const stem = join('runs', `${short}-${kind}-${time}`.replace(/[^\w.-]+/g, '_'))
  for (let count = 2, folder = stem; ; count++) {
    if (!existsSync(folder)) return folder
    folder = `${stem}-${count}`
  }
}
