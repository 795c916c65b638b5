/** The archive of a project as a file that the page can offer: on the disk of the browser, or in memory where it has none. */

import { printable } from 'lenslet/core'
import type { Keeping } from '../keeping.ts'
import { openHandle } from '../store/opfs.ts'

interface Asked {
  readonly design: string
  readonly classId?: number | undefined
}

const fileName = 'project.zip'

export async function zipFile(
  { project, reader }: Keeping,
  { design, classId }: Asked,
  progress: (done: number, all: number) => void,
): Promise<{ readonly file: Blob; readonly name: string }> {
  const { saveProject } = await import('./save.ts')
  const saving = { design, classId, encoded: (id: number) => reader.encoded(id), progress: seldom(progress) }
  const named = project.classes().find(({ id }) => id === classId)?.name
  const name = `${named === undefined ? 'lenslet-project' : printable(named).replace(/[\\/:*?"<>|]/g, '_')}.zip`
  const handle = await fileHandle()
  if (handle === undefined) {
    const parts: Uint8Array<ArrayBuffer>[] = []
    await saveProject(project, new WritableStream({ write: (part) => void parts.push(part.slice()) }), saving)
    return { file: new Blob(parts, { type: 'application/zip' }), name }
  }
  const file = await openHandle(handle)
  try {
    file.truncate(0)
    await saveProject(project, new WritableStream({ write: (part) => file.write(file.size, part) }), saving)
    file.flush()
  } finally {
    file.close()
  }
  return { file: await handle.getFile(), name }
}

async function fileHandle(): Promise<FileSystemFileHandle | undefined> {
  try {
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('saved', { create: true })
    return await folder.getFileHandle(fileName, { create: true })
  } catch {
    return undefined
  }
}

/** Ten times a second at most, and at the end. */
function seldom(progress: (done: number, all: number) => void): (done: number, all: number) => void {
  let next = 0
  return (done, all) => {
    const now = performance.now()
    if (now < next && done < all) return
    next = now + 100
    progress(done, all)
  }
}
