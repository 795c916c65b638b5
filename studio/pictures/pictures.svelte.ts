/** The images of the project as the page sees them. */

import { EngineFault, engine } from '../engine/client.ts'
import type { Fault } from '../messages.ts'
import type { Added, Change, Given, ProjectState } from './messages.ts'

/** Files that are passed on at a time, so that the page does not stop. */
const portion = 200
const inFlight = 4

class Pictures {
  project = $state.raw<ProjectState | undefined>(undefined)
  fault = $state.raw<Fault | undefined>(undefined)
  /** What was added last; undefined when it was dismissed. */
  added = $state.raw<Added | undefined>(undefined)
  /** Files that are being found and passed on. */
  finding = $state<number | undefined>(undefined)
  saving = $state.raw<{ readonly done: number; readonly all: number } | undefined>(undefined)
  /** Counts what changed which images there are, for lists of them. */
  version = $state(0)
  #isOpen = false
  #batch = 0

  async open(): Promise<void> {
    if (this.#isOpen) return
    this.#isOpen = true
    engine.on('pictures.state', (state) => this.#take(state))
    engine.on('pictures.saving', (progress) => (this.saving = progress))
    await this.#try(async () => this.#take(await engine.ask('pictures.open', {})))
  }

  /** @param classId all of them are of this class */
  async add(files: readonly Given[] | Promise<readonly Given[]>, classId?: number): Promise<Added | undefined> {
    return this.#try(async () => {
      await this.open()
      this.finding ??= 0
      const batch = ++this.#batch
      const found = await files
      const sent: Promise<null>[] = []
      for (let from = 0; from < found.length; from += portion) {
        this.finding = from
        sent.push(engine.ask('pictures.give', { batch, files: found.slice(from, from + portion) }))
        // A few are on their way at a time.
        await sent[sent.length - inFlight]
      }
      await Promise.all(sent)
      const added = await engine.ask('pictures.add', { batch, ...(classId !== undefined && { classId }) })
      this.added = added
      return added
    }).finally(() => {
      this.finding = undefined
    })
  }

  async change(change: Change): Promise<void> {
    await this.#try(async () => this.#take(await engine.ask('pictures.change', change)))
  }

  /** Offers the project, or a class, as a file. */
  async save(design: string, classId?: number): Promise<void> {
    await this.#try(async () => {
      this.saving = { done: 0, all: 0 }
      const { file, name } = await engine.ask('pictures.save', { design, ...(classId !== undefined && { classId }) })
      offer(file, name)
    }).finally(() => {
      this.saving = undefined
    })
  }

  async saveImage(id: number, name: string): Promise<void> {
    await this.#try(async () => offer((await engine.ask('pictures.image', { id })).blob, name.replace(/^.*\//, '')))
  }

  #take(state: ProjectState): void {
    this.project = state
    this.version += 1
  }

  /** Shows a fault in place. */
  async #try<T>(run: () => Promise<T>): Promise<T | undefined> {
    try {
      this.fault = undefined
      return await run()
    } catch (error) {
      if (error instanceof EngineFault) this.fault = error.fault
      // A folder that vanished while it was read, and the like.
      else if (error instanceof DOMException) this.fault = { message: error.message }
      else throw error
      return undefined
    }
  }
}

function offer(file: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(file)
  link.download = name
  link.click()
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}

export const pictures = new Pictures()
