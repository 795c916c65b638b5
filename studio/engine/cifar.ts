/** CIFAR-10 from the binary files that a person gives: any of data_batch_1.bin … data_batch_5.bin, and test_batch.bin. */

import { cifar10Dataset, type Dataset, DatasetError, parseCifar10Batches } from 'lenslet/data'

/** As a page gives them; a File is one. */
export interface GivenFile {
  readonly name: string
  readonly size: number
  arrayBuffer(): Promise<ArrayBuffer>
}

/** 10,000 records of a label and 32×32×3 bytes. */
const mostBytes = 10_000 * (1 + 32 * 32 * 3)
const advice = 'unpack cifar-10-binary.tar.gz, and give the .bin files in it'

let given: Dataset | undefined

export function givenCifar(): Dataset {
  if (given !== undefined) return given
  throw new DatasetError('CIFAR-10 is not on this site', { advice: `choose its files: ${advice}` })
}

/** @throws {DatasetError} files that are not those of CIFAR-10, and what the parser throws */
export async function takeCifar(files: readonly GivenFile[]): Promise<Dataset> {
  const isTest = ({ name }: GivenFile) => /^test_batch(\.bin)?$/i.test(name)
  const isTrain = ({ name }: GivenFile) => /^data_batch_[1-5](\.bin)?$/i.test(name)
  const stranger = files.find((file) => !isTest(file) && !isTrain(file))
  if (stranger !== undefined || files.length > 6)
    throw new DatasetError('this is not a file of CIFAR-10', {
      received: stranger?.name ?? `${files.length} files`,
      expected: 'data_batch_1.bin … data_batch_5.bin, and test_batch.bin',
      advice,
    })
  for (const [what, wanted] of [
    ['training images', isTrain],
    ['test images', isTest],
  ] as const)
    if (!files.some(wanted))
      throw new DatasetError(`there are no ${what} among the files`, {
        received: files.map(({ name }) => name).join(', ') || 'no file',
        expected: 'at least one data_batch_….bin, and test_batch.bin',
        advice: 'choose all of them at once',
      })
  for (const { name, size } of files)
    if (size > mostBytes)
      throw new DatasetError(`${name} is too large for a file of CIFAR-10`, {
        received: `${size} bytes`,
        expected: `at most ${mostBytes}`,
        advice,
      })
  const read = async (wanted: (file: GivenFile) => boolean) =>
    parseCifar10Batches(
      await Promise.all(
        files
          .filter(wanted)
          .sort((a, b) => a.name.localeCompare(b.name, 'en'))
          .map(async (file) => ({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) })),
      ),
    )
  given = cifar10Dataset(await read(isTrain), await read(isTest))
  return given
}
