/** Counts what a folder of pictures holds besides pictures, so that everything left out is reported. */
import { join } from 'node:path'
import { counted, listed, printable } from '../../core/text.ts'
import type { DataNotice } from '../dataset.ts'
import { endingOf, fileKind } from './endings.ts'
import type { FolderEntries } from './folder.ts'

export class LeftOut {
  /** Files by ending, with the first as an example. */
  readonly #unread = new Map<string, { count: number; readonly first: string }>()
  readonly #foreign = new Map<string, number>()
  readonly #special: string[] = []
  readonly #runs: string[] = []
  readonly #others: DataNotice[] = []

  /** Counts the files of a folder that are not pictures. */
  addFiles({ path, files, others }: FolderEntries): void {
    for (const name of files) {
      const kind = fileKind(name)
      const ending = endingOf(name)
      if (kind === 'no picture') this.#foreign.set(ending, (this.#foreign.get(ending) ?? 0) + 1)
      if (kind !== 'other picture') continue
      const found = this.#unread.get(ending)
      if (found) found.count++
      else this.#unread.set(ending, { count: 1, first: join(path, name) })
    }
    this.#special.push(...others.map((name) => join(path, name)))
  }

  /** Pictures in formats that cannot be read. */
  get unreadable(): number {
    return [...this.#unread.values()].reduce((sum, { count }) => sum + count, 0)
  }

  /** Files that are not pictures. */
  get foreign(): number {
    return [...this.#foreign.values()].reduce((sum, count) => sum + count, 0)
  }

  /** All that was counted elsewhere. */
  merge(other: LeftOut): void {
    for (const [ending, { count, first }] of other.#unread) {
      const found = this.#unread.get(ending)
      if (found) found.count += count
      else this.#unread.set(ending, { count, first })
    }
    for (const [ending, count] of other.#foreign) this.#foreign.set(ending, (this.#foreign.get(ending) ?? 0) + count)
    this.#special.push(...other.#special)
    this.#runs.push(...other.#runs)
    this.#others.push(...other.#others)
  }

  /** In one line. */
  says(): string {
    return this.notices()
      .map(({ message }) => message)
      .join('; ')
  }

  addRun(folder: string): void {
    this.#runs.push(folder)
  }

  add(notice: DataNotice): void {
    this.#others.push(notice)
  }

  notices(): readonly DataNotice[] {
    const notices = [...this.#others]
    const say = (count: number, message: string) => notices.push({ kind: 'left out', count, message })
    for (const [ending, { count, first }] of this.#unread) {
      const example = `${printable(first)}${count === 1 ? '' : ', …'}`
      const how = `convert to PNG or JPEG, for example with ImageMagick: magick mogrify -format png '*${ending}'`
      say(count, `${counted(count, 'file')} ending in ${ending} ${are(count)} not read (${example}); ${how}`)
    }
    const { foreign } = this
    if (foreign > 0) {
      const what = foreign === 1 ? 'is not an image' : 'are not images'
      say(
        foreign,
        `${counted(foreign, 'file')} ${endingsIn([...this.#foreign.keys()])} ${what} and ${are(foreign)} left out`,
      )
    }
    const special = this.#special.length
    if (special > 0) {
      const what = special === 1 ? 'is not a regular file' : 'are not regular files'
      say(special, `${listed(this.#special)} ${what} and ${are(special)} left out`)
    }
    const runs = this.#runs.length
    if (runs > 0) {
      const what = runs === 1 ? 'is a Lenslet run' : 'are Lenslet runs'
      say(runs, `${listed(this.#runs)} ${what} and ${are(runs)} left out`)
    }
    return notices
  }
}

const are = (count: number) => (count === 1 ? 'is' : 'are')

/** `ending in .json, .txt or without an ending` */
function endingsIn(endings: readonly string[]): string {
  const named = endings.filter((ending) => ending !== '').sort()
  return [
    ...(named.length > 0 ? [`ending in ${listed(named)}`] : []),
    ...(endings.includes('') ? ['without an ending'] : []),
  ].join(' or ')
}
