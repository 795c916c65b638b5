// The folders of src/: their order, and which of them users can import. The build derives the package's exports from this
// list, and the import rules hold the sources to it.

/** In the order of data: a folder may import itself and the folders before it. */
export const folderOrder = [
  'core',
  'platform',
  'ops',
  'layers',
  'network',
  'notation',
  'plan',
  'backends',
  'data',
  'model',
  'train',
  'exchange',
  'zoo',
  'insight',
  'inspect',
  'cli',
] as const

export type Folder = (typeof folderOrder)[number]

/** Folders without a subpath of their own: the platform is the build's choice, and the command is no library. */
export const privateFolders: readonly Folder[] = ['platform', 'cli']

/** Doors besides a folder's index.ts: what only Node can load. Each is `folder/name`, the subpath that users import. */
export const nodeDoors: readonly `${Folder}/${string}`[] = ['data/node', 'exchange/node']
