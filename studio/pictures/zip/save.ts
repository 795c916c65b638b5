/** Writes a project as an archive, image after image: a folder for each class, which any program can open. */

import { configure, TextReader, Uint8ArrayReader, ZipWriter } from '@zip.js/zip.js/lib/zip-core-native.js'
import type { Project, ProjectImage } from '../project.ts'
import { type ProjectFile, projectFileName, projectText, type SavedImage } from './projectFile.ts'

configure({ useWebWorkers: false })

interface Saving {
  readonly design: string
  /** Only this class. */
  readonly classId?: number | undefined
  encoded(id: number): Promise<Uint8Array | undefined>
  progress(done: number, all: number): void
}

/**
 * @param into gets the archive, part after part
 * @returns how many images are in it: those that cannot be read are not
 */
export async function saveProject(project: Project, into: WritableStream, saving: Saving): Promise<number> {
  const writer = new ZipWriter(into, { level: 0, extendedTimestamp: false, dataDescriptor: false })
  const classes = project.classes().filter(({ id }) => saving.classId === undefined || id === saving.classId)
  const folders = new Names()
  const named = classes.map(({ id, name, ids }) => ({ id, name, ids, folder: folders.taken(safe(name)) }))
  const images: SavedImage[] = []
  const all = classes.reduce((sum, { ids }) => sum + ids.size, 0)
  let done = 0
  for (const { ids, folder } of named) {
    const files = new Names()
    for (const id of ids) {
      const bytes = await saving.encoded(id)
      const image = project.image(id)
      saving.progress(++done, all)
      if (bytes === undefined || image === undefined) continue
      const path = `${folder}/${files.taken(fileName(image, bytes))}`
      await writer.add(path, new Uint8ArrayReader(bytes), { lastModDate: dateOf(image) })
      images.push({ path, name: image.name, bytes: image.bytes, changed: image.changed, part: image.part })
    }
  }
  const file: ProjectFile = {
    design: saving.design,
    settings: project.settings,
    classes: named.map(({ name, folder }) => ({ name, folder })),
    images,
  }
  await writer.add(projectFileName, new TextReader(projectText(file)), { lastModDate: new Date(2000, 0) })
  await writer.close()
  return images.length
}

/** What an archive can say: MS-DOS began in 1980. */
function dateOf({ changed }: ProjectImage): Date {
  const date = new Date(changed)
  return date.getFullYear() >= 1980 && date.getFullYear() < 2100 ? date : new Date(2000, 0)
}

/** A name of its folder, with the ending of what it is. */
function fileName({ name }: ProjectImage, bytes: Uint8Array): string {
  const own = name.split('/').map(safe).join('/')
  const isJpeg = bytes[0] === 0xff && bytes[1] === 0xd8
  return isJpeg && !/\.(jpe?g|jpe|jfif|jif)$/i.test(own) ? `${own}.jpg` : own
}

/** Without what some system does not allow in the name of a file. */
function safe(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
  const clean = name.replace(/[\\/:*?"<>|\u0000-\u001f]/g, '_').replace(/^[. ]+|[. ]+$/g, '_')
  return clean === '' ? '_' : clean
}

/** Names of one folder: some systems do not tell A from a. */
class Names {
  readonly #taken = new Set<string>()

  taken(name: string): string {
    const dot = name.lastIndexOf('.')
    const [stem, ending] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, '']
    let free = name
    for (let count = 2; this.#taken.has(free.toLowerCase()); count++) free = `${stem} (${count})${ending}`
    this.#taken.add(free.toLowerCase())
    return free
  }
}
