/**
 * Recognizes what is often saved in place of a model (a web page, a Git LFS pointer, an error message of a server, nothing
 * at all), by its first bytes, so that the error says what to fetch again.
 */

import { printable } from '../core/text.ts'
import { ForeignFileError } from './errors.ts'

interface OtherFile {
  /** `a Git LFS pointer` */
  readonly what: string
  readonly advice: string
}

const fetchAgain = 'fetch the file again'
const lfs = 'fetch the file itself: git lfs pull, or the download link of the repository'
const unpack = 'unpack it, and name the file in it'

const kinds: readonly (readonly [sign: RegExp, what: string, advice: string])[] = [
  [/^version https:\/\/git-lfs/, 'a Git LFS pointer in place of the file', lfs],
  [/^(\.\.\/)*(\.git|\/annex\/objects)\/\S*\s*$/, 'a git-annex pointer in place of the file', 'git annex get'],
  [/^<(!doctype|html|head|body|!--)/i, 'a web page in place of the file', `${fetchAgain}, by its download link`],
  [/^<\?xml/i, 'an XML document, such as the error message of a server', fetchAgain],
  [/^\{\s*"(error|errors|message|detail|code)"\s*:/i, 'the error message of a server', fetchAgain],
  [
    /^(\d{3}[: ]|error|not found|entry not found|repository not found|access (to .*)?denied|forbidden|unauthorized|too many requests|invalid (username|credentials))/i,
    'the error message of a server',
    fetchAgain,
  ],
  [/^%PDF-/, 'a PDF document', 'check the path'],
  [/^\W\x8b/, 'a gzip archive', unpack],
  [/^BZh\d/, 'a bzip2 archive', unpack],
  [/^\xfd7zXZ/, 'an xz archive', unpack],
  [/^\x28\xb5\x2f\xfd/, 'a zstd archive', unpack],
  [/^7z\xbc\xaf/, 'a 7z archive', unpack],
  [/^Rar!/, 'a rar archive', unpack],
]

/**
 * What a file is that cannot be a model, whatever its name says; undefined where it may be one.
 *
 * @param start its first bytes, 512 or more; all of a shorter file
 */
export function otherFile(start: Uint8Array): OtherFile | undefined {
  if (start.length === 0) return { what: 'an empty file', advice: fetchAgain }
  // What a download that broke off leaves where the disk space was reserved first.
  if (start.length >= 64 && start.every((byte) => byte === 0))
    return { what: 'a file that begins with zeros only, as a download that broke off leaves it', advice: fetchAgain }
  const text = String.fromCharCode(...start.subarray(0, 200))
    .replace(/^\xef\xbb\xbf/, '')
    .trimStart()
  const found = kinds.find(([sign]) => sign.test(text))
  return found && { what: found[1], advice: found[2] }
}

/** @param name of the file, for the message @throws {ForeignFileError} the file cannot be a model */
export function refuseOtherFile(name: string, start: Uint8Array): void {
  const other = otherFile(start)
  if (other === undefined) return
  throw new ForeignFileError(`${printable(name)} is not a model`, {
    received: other.what,
    expected: 'a model or weights',
    advice: other.advice,
  })
}
