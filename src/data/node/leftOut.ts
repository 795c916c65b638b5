/** Counts what a folder of pictures holds besides pictures, so that nothing is left out without a word. */
import { join } from 'node:path'
import { printable } from '../../core/text.ts'
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
    for (const [ending, { count, first }] of this.#unread)
      say(
        count,
        `${count === 1 ? '1 file' : `${count} files`} ending in ${ending} ${count === 1 ? 'is' : 'are'} not read (${printable(first)}${count === 1 ? '' : ', …'}); convert to PNG or JPEG, for example with ImageMagick: magick mogrify -format png '*${ending}'`,
      )
    const { foreign } = this
    if (foreign > 0) {
      const endings = [...this.#foreign.keys()].sort()
      const named = endings.filter((ending) => ending !== '').map(printable)
      const some = [...named.slice(0, 5), ...(named.length > 5 ? [`${named.length - 5} more endings`] : [])]
      const which = [
        ...(some.length > 0 ? [`ending in ${some.join(', ')}`] : []),
        ...(endings.includes('') ? ['without an ending'] : []),
      ].join(' or ')
      say(
        foreign,
        foreign === 1
          ? `1 file ${which} is not a picture and is left out`
          : `${foreign} files ${which} are not pictures and are left out`,
      )
    }
    if (this.#special.length > 0)
      say(
        this.#special.length,
        `${list(this.#special)} ${this.#special.length === 1 ? 'is not a regular file and is' : 'are not regular files and are'} left out`,
      )
    if (this.#runs.length > 0)
      say(
        this.#runs.length,
        `${list(this.#runs)} ${this.#runs.length === 1 ? 'is a Lenslet run and is' : 'are Lenslet runs and are'} left out`,
      )
    return notices
  }
}

/** Names, at most `most`, then how many more. Control characters are escaped. */
export function list(names: readonly string[], most = 5): string {
  const more = names.length - most
  return [...names.slice(0, most).map(printable), ...(more > 0 ? [`${more} more`] : [])].join(', ')
}
