/** Which files are pictures by their names, and which names are never anyone's data. */
import { extname } from 'node:path'

/** Endings of the formats that sharp's bundled decoders read. */
export const pictureEndings: readonly string[] = [
  '.png',
  '.apng',
  '.jpg',
  '.jpeg',
  '.jpe',
  '.jfif',
  '.jif',
  '.webp',
  '.gif',
  '.tif',
  '.tiff',
  '.avif',
]

/** Pictures that sharp cannot read as it is installed (HEIC for its patents, the others for want of a decoder). */
const otherPictures: readonly string[] =
  '.bmp .dib .heic .heif .jxl .jp2 .j2k .ico .svg .psd .tga .ppm .pgm .pbm .pnm .exr .hdr .pcx .dds .raw .dng .cr2 .cr3 .nef .arw .orf .rw2 .raf .dcm .pdf .eps'.split(
    ' ',
  )

export type FileKind = 'picture' | 'other picture' | 'no picture'

export function fileKind(name: string): FileKind {
  const ending = endingOf(name)
  if (pictureEndings.includes(ending)) return 'picture'
  return otherPictures.includes(ending) ? 'other picture' : 'no picture'
}

/** `.png`, in lower case; empty where the name has none. */
export function endingOf(name: string): string {
  return extname(name).toLowerCase()
}

/** What systems and programs leave in folders: macOS archives, NAS previews, Windows thumbnails, wastebaskets. */
const litter = new Set([
  '__macosx',
  '@eadir',
  '@recycle',
  '#recycle',
  '$recycle.bin',
  'system volume information',
  'lost+found',
  '__pycache__',
  'thumbs.db',
  'ehthumbs.db',
  'desktop.ini',
  'icon\r',
])

/** Hidden names and litter are left out without a notice. */
export function isIgnored(name: string): boolean {
  return name.startsWith('.') || litter.has(name.toLowerCase())
}

/** Names of WordNet's numbers: of ImageNet's challenge, of Caffe, of WordNet's own list. */
export const synsetFiles: readonly string[] = ['LOC_synset_mapping.txt', 'synset_words.txt', 'words.txt']
