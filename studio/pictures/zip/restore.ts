/** Puts the images of a saved project into one: into classes of the same names, and as what they were for the split. */

import { keyOfFile, type Project, type ProjectImage } from '../project.ts'
import type { Source } from '../read/source.ts'
import type { ProjectFile } from './projectFile.ts'

interface Entry {
  readonly path: string
  readonly source: Source
}

/** Throws `ArgumentError` for an invalid name of a class. */
export function restored(
  project: Project,
  { classes, images, settings }: ProjectFile,
  files: readonly Entry[],
): { readonly images: readonly ProjectImage[]; readonly known: number } {
  if (project.count === 0) project.set(settings)
  const byPath = new Map(files.map((file) => [file.path, file]))
  const byFolder = new Map(classes.map(({ name, folder }) => [folder, project.classNamed(name)]))
  const seen = new Set(project.known())
  const added: ProjectImage[] = []
  const lost: string[] = []
  let known = 0
  for (const { path, name, bytes, changed, part } of images) {
    const file = byPath.get(path)
    const classId = byFolder.get(path.slice(0, path.indexOf('/')))
    if (file === undefined || classId === undefined) {
      lost.push(path)
      continue
    }
    const row = { classId, part, name, bytes, changed }
    const key = keyOfFile(row)
    // Images of a class may have one name: those of a project are all its own.
    if (seen.has(key)) known += 1
    else added.push(project.add({ ...row, source: file.source }))
  }
  if (lost.length > 0)
    project.problem('archive', (count) => `${count} images of the saved project are not in the archive.`, lost)
  return { images: added, known }
}
