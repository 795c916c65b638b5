/** `project.json` of a project's archive: what the folders do not say. It comes from outside and is checked. */

import type { Part, Settings } from '../store/journal.ts'

export const projectFileName = 'project.json'
const format = 'lenslet.studio.project'
const version = 1

export interface SavedImage {
  /** In the archive. */
  readonly path: string
  /** Of the file as it was given, by which the split knows it. */
  readonly name: string
  readonly bytes: number
  readonly changed: number
  readonly part: Part | undefined
}

export interface ProjectFile {
  /** The part of the address that says the design. */
  readonly design: string
  readonly settings: Settings
  /** In order. Also those without images. */
  readonly classes: readonly { readonly name: string; readonly folder: string }[]
  readonly images: readonly SavedImage[]
}

export function projectText({ design, settings, classes, images }: ProjectFile): string {
  const rows = images.map(({ path, name, bytes, changed, part }) =>
    JSON.stringify([path, name, bytes, changed, part ?? null]),
  )
  const head = JSON.stringify({ format, version, design, settings, classes })
  return `${head.slice(0, -1)},"images":[\n${rows.join(',\n')}\n]}\n`
}

const parts: readonly unknown[] = ['train', 'validation', 'test']

/** Undefined where it is none, or damaged. */
export function projectFileOf(
  text: string,
  settingsOf: (given: unknown) => Settings | undefined,
): ProjectFile | undefined {
  let given: Partial<Record<string, unknown>>
  try {
    given = JSON.parse(text)
  } catch {
    return undefined
  }
  if (given?.format !== format || given.version !== version) return undefined
  const settings = settingsOf(given.settings)
  const { design, classes, images } = given
  if (typeof design !== 'string' || settings === undefined || !Array.isArray(classes) || !Array.isArray(images))
    return undefined
  const named = classes.flatMap((each) =>
    typeof each?.name === 'string' && typeof each.folder === 'string' ? [{ name: each.name, folder: each.folder }] : [],
  )
  const rows = images.flatMap((row): SavedImage[] => {
    if (!Array.isArray(row)) return []
    const [path, name, bytes, changed, part] = row
    if (typeof path !== 'string' || typeof name !== 'string' || !Number.isFinite(bytes) || !Number.isFinite(changed))
      return []
    return [{ path, name, bytes, changed, part: parts.includes(part) ? part : undefined }]
  })
  if (named.length !== classes.length || rows.length !== images.length) return undefined
  return { design, settings, classes: named, images: rows }
}
