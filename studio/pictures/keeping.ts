/** The project as the worker that keeps it does: takes what was dropped, answers questions, and makes snapshots for trainings. */

import { ArgumentError, counted } from 'lenslet/core'
import type { PictureSize } from 'lenslet/data'
import { layoutOf, unsorted } from './layout.ts'
import type { Added, Change, Given, ProjectState, Row } from './messages.ts'
import { keyOfFile, Project, type ProjectImage } from './project.ts'
import type { DecodePool } from './read/decode.ts'
import { Reader } from './read/reader.ts'
import { blobSource, type Source } from './read/source.ts'
import { Snapshot, type SnapshotFacts } from './snapshot.ts'
import type { Folder } from './store/opfs.ts'
import { PixelCache } from './store/pixels.ts'

/** A file that is taken: one that was dropped, or one of an archive. */
interface File_ {
  readonly path: string
  readonly bytes: number
  readonly changed: number
  readonly source: Source
}

/** Milliseconds between two words about reading. */
const between = 250
/** Trainings whose images can still be read: the one that runs, and one that is being prepared. */
const mostSnapshots = 3

export class Keeping {
  readonly project: Project
  readonly reader: Reader
  readonly #cache: PixelCache
  readonly #folder: Folder
  readonly #tell: (state: ProjectState) => void
  readonly #given = new Map<number, Given[]>()
  readonly #snapshots = new Map<number, Snapshot>()
  #nextSnapshot = 1
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(folder: Folder, pool: DecodePool, tell: (state: ProjectState) => void) {
    this.#folder = folder
    this.#tell = tell
    this.project = new Project(folder)
    this.#cache = new PixelCache(folder.files['pixels.bin'], folder.files['pixels.index'])
    this.reader = new Reader(this.project, pool, this.#cache, () => this.#soon())
    this.#sayWhere()
  }

  state(): ProjectState {
    const { project, reader } = this
    const copies = reader.isReading ? [] : project.copies()
    return {
      classes: project.classState(reader.isReading),
      count: project.count,
      reading: reader.progress,
      problems: project.problems,
      copies: {
        groups: copies.length,
        images: copies.reduce((sum, group) => sum + group.length, 0),
        acrossClasses: copies.filter((group) => group.some(({ classId }) => classId !== group[0]?.classId)).length,
      },
      bytes: { images: project.bytes, pixels: this.#folder.files['pixels.bin'].size },
      settings: project.settings,
    }
  }

  give(batch: number, files: readonly Given[]): void {
    const given = this.#given.get(batch) ?? []
    given.push(...files)
    this.#given.set(batch, given)
  }

  /** Takes what was given. An archive is one of a project that was saved, or of folders. */
  async add(batch: number, classId?: number): Promise<Added> {
    const given = this.#given.get(batch) ?? []
    this.#given.delete(batch)
    const files: File_[] = []
    let [added, known] = [0, 0]
    let design: string | undefined
    for (const { path, file, changed } of given) {
      if (!/\.zip$/i.test(path)) {
        files.push({ path, bytes: file.size, changed, source: blobSource(file) })
        continue
      }
      const { openArchive } = await import('./zip/open.ts')
      const archive = await openArchive(path, file)
      const inside = archive.files.map(({ path, bytes, changed, open }) => ({ path, bytes, changed, source: { open } }))
      if (archive.project === undefined || classId !== undefined) {
        // An archive beside others is a folder of its own.
        const folder = given.length > 1 ? `${path.replace(/\.zip$/i, '')}/` : ''
        files.push(...inside.map((each) => ({ ...each, path: folder + each.path })))
        continue
      }
      const { restored } = await import('./zip/restore.ts')
      const found = restored(this.project, archive.project, inside)
      design = archive.project.design
      added += found.images.length
      known += found.known
      this.reader.add(found.images)
    }
    const taken = this.#take(files, classId)
    this.#tell(this.state())
    return { added: added + taken.added, known: known + taken.known, ...(design !== undefined && { design }) }
  }

  change(change: Change): ProjectState {
    const { project, reader } = this
    switch (change.what) {
      case 'add class':
        project.classNamed(change.name)
        break
      case 'rename class':
        project.renameClass(change.id, change.name)
        break
      case 'remove class':
        reader.removed(project.removeClass(change.id))
        break
      case 'move':
        project.move(change.ids, change.classId)
        break
      case 'remove':
        reader.removed(project.remove(change.ids))
        break
      case 'remove copies':
        reader.removed(project.remove(project.copies().flatMap(([, ...others]) => others.map(({ id }) => id))))
        break
      case 'settings':
        project.set(change.settings)
        break
      case 'clear':
        reader.removed([...project.images()])
        project.clear()
        this.#cache.drop()
        reader.forgetSize()
        this.#sayWhere()
        break
      case 'dismiss':
        project.dismiss(change.kind)
        break
      default:
        change satisfies never
    }
    project.flush()
    return this.state()
  }

  rows(of: number | 'copies', from: number, to: number): { readonly count: number; readonly rows: readonly Row[] } {
    if (of === 'copies') {
      const groups = this.project.copies()
      const all = groups.flatMap((group, index) => group.map(({ id }) => ({ id, index })))
      const rows = all.slice(from, to).flatMap(({ id, index }) => {
        const [row] = this.project.rows([id])
        return row === undefined ? [] : [{ ...row, group: index }]
      })
      return { count: all.length, rows }
    }
    const ids = [...(this.project.classes().find(({ id }) => id === of)?.ids ?? [])]
    return { count: ids.length, rows: this.project.rows(ids.slice(from, to)) }
  }

  async thumbnails(ids: readonly number[], side: number): Promise<(ImageBitmap | null)[]> {
    return Promise.all(ids.map((id) => this.reader.thumbnail(id, side)))
  }

  async image(id: number): Promise<Blob> {
    const bytes = await this.reader.encoded(id)
    if (bytes !== undefined) return new Blob([bytes])
    throw new ArgumentError('the image is not there any more', {
      received: `image ${id}`,
      advice: 'it may have been removed',
    })
  }

  /** Throws `ArgumentError` where there is nothing to learn. */
  snapshot(size: PictureSize): SnapshotFacts {
    const snapshot = new Snapshot(this.#nextSnapshot, this.project, size)
    this.#snapshots.set(this.#nextSnapshot++, snapshot)
    const [oldest] = this.#snapshots.keys()
    if (this.#snapshots.size > mostSnapshots && oldest !== undefined) this.#snapshots.delete(oldest)
    this.reader.setSize(size)
    return snapshot.facts
  }

  /** Throws `ArgumentError` where a class has no image left that can be read. */
  async read(snapshot: number, indexes: Uint32Array): Promise<Uint8Array<ArrayBuffer>> {
    const found = this.#snapshots.get(snapshot)
    if (found !== undefined) return found.read(indexes, this.reader)
    throw new ArgumentError('the images of this training are not held any more', {
      received: 'a training that was replaced',
      advice: 'start the training again',
    })
  }

  #take(files: readonly File_[], classId: number | undefined): Pick<Added, 'added' | 'known'> {
    const { project } = this
    const into = project.classes().find(({ id }) => id === classId)?.name
    const { placed, others } = layoutOf(
      files.map(({ path }) => path),
      into,
    )
    if (others.length > 0)
      project.problem(
        'other',
        (count) =>
          `${counted(count, 'file')} ${count === 1 ? 'is no image and was' : 'are no images and were'} left out.`,
        others,
      )
    const seen = new Set(project.known())
    const ids = new Map<string, number>()
    const images: ProjectImage[] = []
    let known = 0
    for (const { index, className, part, name } of placed) {
      const { bytes, changed, source } = files[index] as File_
      const classId = ids.get(className) ?? project.classNamed(className)
      ids.set(className, classId)
      const row = { classId, part, name, bytes, changed }
      const key = keyOfFile(row)
      if (seen.has(key)) known += 1
      else {
        seen.add(key)
        images.push(project.add({ ...row, source }))
      }
    }
    if (placed.some(({ className }) => className === unsorted) && into === undefined && ids.size > 1)
      project.problem(
        'other',
        () => `Images beside the folders of the classes are in the class ${unsorted}: move them, or remove the class.`,
        [],
      )
    this.reader.add(images)
    return { added: images.length, known }
  }

  #sayWhere(): void {
    const { reason } = this.#folder
    if (reason === undefined) return
    const say =
      reason === 'open elsewhere'
        ? 'The project is open in another tab, which holds its images. What is added here is held in memory and is gone when this tab closes: close the other tab and load this page again.'
        : 'This browser, or this private window, keeps no files for pages. Images are held in memory, up to 256 MB, and are gone when the page closes: save the project before.'
    this.project.problem('memory', () => say, [], 1)
  }

  /** At most every quarter of a second, and once at the end. */
  #soon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.#tell(this.state())
    }, between)
  }
}
