/**
 * Runs as folders: `run.json` says what it is, `model.lenslet` has the weights. `run.json` is written last and removed first, so a
 * folder without it is a run that was not finished or is half removed: it is cleared away.
 */

import { ModelFileError } from 'lenslet/model'
import type { RunFacts } from './messages.ts'

/** A place for files, two folders deep: the origin's private file system, or memory in tests. */
export interface RunPlace {
  folders(): Promise<readonly string[]>
  /** Undefined where there is no such file. */
  read(folder: string, file: string): Promise<Uint8Array<ArrayBuffer> | undefined>
  /** The whole file, or none of it. */
  write(folder: string, file: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>
  /** Nothing happens where there is none. */
  remove(folder: string, file?: string): Promise<void>
}

const facts = 'run.json'
const weights = 'model.lenslet'

export type NewRun = Omit<RunFacts, 'id' | 'date' | 'bytes'>

export class RunStore {
  readonly #place: RunPlace
  readonly #busy = new Set<string>()

  constructor(place: RunPlace) {
    this.#place = place
  }

  /** The newest first. */
  async list(): Promise<readonly RunFacts[]> {
    const found: RunFacts[] = []
    for (const id of await this.#place.folders()) {
      const run = await this.#facts(id)
      if (run !== undefined) found.push(run)
      else if (!this.#busy.has(id)) await this.#place.remove(id)
    }
    return found.sort((a, b) => b.date - a.date)
  }

  async keep(run: NewRun, model: Uint8Array<ArrayBuffer>, now = Date.now()): Promise<RunFacts> {
    const id = `${now.toString(36)}-${Math.floor(Math.random() * 36 ** 4).toString(36)}`
    this.#busy.add(id)
    try {
      await this.#place.write(id, weights, model)
      return await this.#write({ ...run, id, date: now, bytes: model.length })
    } catch (error) {
      await this.#place.remove(id).catch(() => {})
      throw error
    } finally {
      this.#busy.delete(id)
    }
  }

  /** @throws {ModelFileError} the run is gone */
  async open(id: string): Promise<{ readonly run: RunFacts; readonly model: Uint8Array<ArrayBuffer> }> {
    const run = await this.#facts(id)
    const model = await this.#place.read(id, weights)
    if (run !== undefined && model !== undefined) return { run, model }
    throw new ModelFileError('this run is no longer kept', { advice: 'choose another one' })
  }

  async rename(id: string, name: string): Promise<RunFacts> {
    const { run } = await this.open(id)
    return this.#write({ ...run, name })
  }

  async remove(id: string): Promise<void> {
    await this.#place.remove(id, facts)
    await this.#place.remove(id)
  }

  async #write(run: RunFacts): Promise<RunFacts> {
    await this.#place.write(run.id, facts, new TextEncoder().encode(JSON.stringify(run)))
    return run
  }

  async #facts(id: string): Promise<RunFacts | undefined> {
    const bytes = await this.#place.read(id, facts)
    return bytes && runOf(id, new TextDecoder().decode(bytes))
  }
}

/** What a file says; an older or a damaged one is no run. */
function runOf(id: string, text: string): RunFacts | undefined {
  try {
    const run = JSON.parse(text) as RunFacts
    const { name, date, bytes, text: net, data, seed, settings } = run
    const isRun =
      [name, net, data].every((each) => typeof each === 'string') &&
      [date, bytes, seed].every(Number.isFinite) &&
      typeof settings === 'object' &&
      settings !== null
    return isRun ? { ...run, id } : undefined
  } catch {
    return undefined
  }
}
