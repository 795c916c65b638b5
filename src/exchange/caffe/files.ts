/** The files that belong to a `.prototxt`: its weights and the mean of its images, in the same folder. */

import type { Bytes } from '../../core/bytes.ts'
import { listed, printable } from '../../core/text.ts'
import { ForeignFileError } from '../errors.ts'
import { openBeside } from '../openFile.ts'
import type { ModelFiles } from '../types.ts'
import { type MeanFile, readMeanFile } from './meanFile.ts'
import type { CaffeLayer } from './net.ts'

interface NamedBytes {
  readonly name: string
  readonly bytes: Bytes
}

const baseName = (path: string) => path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)

const stem = ({ name }: ModelFiles) => baseName(name).replace(/\.[^.]*$/, '')

/** The text of the network beside a `.caffemodel`, which says how the network is used, not how it was trained. */
export async function textBeside(files: ModelFiles): Promise<NamedBytes | undefined> {
  const name = `${stem(files)}.prototxt`
  const bytes = await openBeside(files, name)
  return bytes && { name, bytes }
}

/** @throws {ForeignFileError} there are several, and none has the name of the network */
export async function besideModel(files: ModelFiles): Promise<NamedBytes | undefined> {
  const same = `${stem(files)}.caffemodel`
  const bytes = await openBeside(files, same)
  if (bytes !== undefined) return { name: same, bytes }
  const names = await namesEnding(files, '.caffemodel')
  if (names.length > 1) {
    throw new ForeignFileError(`several .caffemodel files are beside ${printable(files.name)}`, {
      received: listed(names),
      expected: `${printable(same)}, or only one`,
      advice: `give the one with the weights of this network the name ${printable(same)}`,
    })
  }
  return only(files, names)
}

export interface NamedMean {
  readonly name: string
  readonly file: MeanFile
}

/** The mean file that a data layer names, or else the only one in the folder. */
export async function meanBeside(files: ModelFiles, layers: readonly CaffeLayer[]): Promise<NamedMean | undefined> {
  const places = ['transform_param', 'data_param', 'image_data_param', 'window_data_param']
  const named = layers.flatMap(({ message }) =>
    places.flatMap((place) => {
      const name = baseName(
        message.parameters(place).has('mean_file') ? message.parameters(place).text('mean_file') : '',
      )
      return name === '' ? [] : [name]
    }),
  )
  for (const name of named) {
    const bytes = await openBeside(files, name)
    if (bytes !== undefined) return { name, file: readMeanFile(bytes, printable(name)) }
  }
  const found = await only(files, await namesEnding(files, '.binaryproto'))
  return found && { name: found.name, file: readMeanFile(found.bytes, printable(found.name)) }
}

async function namesEnding(files: ModelFiles, ending: string): Promise<readonly string[]> {
  const names = (await files.names?.()) ?? []
  return names.filter((name) => name.toLowerCase().endsWith(ending)).sort()
}

async function only(files: ModelFiles, names: readonly string[]): Promise<NamedBytes | undefined> {
  const [name] = names
  if (name === undefined || names.length > 1) return undefined
  const bytes = await openBeside(files, name)
  return bytes && { name, bytes }
}
