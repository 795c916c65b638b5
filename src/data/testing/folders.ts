// Folders of pictures for tests.
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { temporaryFolder } from './archives.ts'
import { plain } from './pictures.ts'

/** Files by path: a number is a picture with that much red, a text is written as it is. */
export type Files = Readonly<Record<string, number | string | Uint8Array>>

/** A new folder that holds the files, gone when the test is. */
export async function folderOf(files: Files): Promise<string> {
  const folder = await temporaryFolder()
  await addFiles(folder, files)
  return folder
}

export async function addFiles(folder: string, files: Files): Promise<void> {
  for (const [name, contents] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), typeof contents === 'number' ? await plain(3, 3, [contents, 0, 0]) : contents)
  }
}

/** `folder/0.png` … with red from `first` on. */
export function numbered(folder: string, count: number, first = 0): Files {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`${folder}/${i}.png`, first + i]))
}
