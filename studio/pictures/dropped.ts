/** What a person drops or chooses, as files with their paths: folders of any depth, read a part at a time. */

import type { Given } from './messages.ts'

/** Of a chooser of folders or files. */
export function chosenFiles(list: FileList): readonly Given[] {
  return Array.from(list, (file) => given(file, file.webkitRelativePath || file.name))
}

/**
 * Of a drop. What the event holds is gone when its handler returns, so entries are taken at once and read afterwards.
 *
 * @param heard told the number of files that were found
 */
export function droppedFiles(data: DataTransfer, heard: (count: number) => void): Promise<readonly Given[]> {
  const entries = Array.from(data.items, (item) => item.webkitGetAsEntry()).filter((entry) => entry !== null)
  const files = Array.from(data.files, (file) => given(file, file.name))
  if (entries.length === 0) return Promise.resolve(files)
  return walk(entries, heard)
}

async function walk(entries: readonly FileSystemEntry[], heard: (count: number) => void): Promise<readonly Given[]> {
  const found: Given[] = []
  const waiting = [...entries].reverse()
  for (let entry = waiting.pop(); entry !== undefined; entry = waiting.pop()) {
    if (entry.isDirectory) waiting.push(...(await children(entry as FileSystemDirectoryEntry)).reverse())
    else {
      const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject))
      found.push(given(file, entry.fullPath.replace(/^\//, '')))
      if (found.length % 100 === 0) heard(found.length)
    }
  }
  return found
}

/** A browser gives some hundred at a time, and none at the end. */
async function children(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader()
  const all: FileSystemEntry[] = []
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject))
    if (some.length === 0) return all
    all.push(...some)
  }
}

function given(file: File, path: string): Given {
  return { path, file, changed: file.lastModified }
}
