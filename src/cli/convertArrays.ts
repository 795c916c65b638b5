/** `lenslet convert <in> out.npz`: all arrays of a file by name, as they are stored. */

import { platform } from '#platform'
import { printShape, sizeOf } from '../core/shapes.ts'
import { bytesMade } from '../core/storedBytes.ts'
import { printable } from '../core/text.ts'
import { halfTensor } from '../exchange/half.ts'
import { lazyWeights } from '../exchange/lazyWeights.ts'
import { modelFiles } from '../exchange/node/modelFiles.ts'
import { readModel, readTensors } from '../exchange/read.ts'
import type { Format, OpenSizes, TensorFile } from '../exchange/types.ts'
import { printBytes, printCount } from '../inspect/units.ts'
import { storedTensor } from '../model/safetensors/tensor.ts'
import type { StoredTensor } from '../model/safetensors.ts'
import type { ConvertCall } from './convertCall.ts'
import { readCall, UsageError } from './errors.ts'
import { sayNotes } from './foreign.ts'
import { hub, readHubArrays } from './hub.ts'
import { findModel } from './model.ts'
import type { Terminal } from './terminal.ts'

type WriteTensors = NonNullable<Format['writeTensors']>

export async function convertArrays(
  write: WriteTensors,
  from: string,
  out: string,
  { half, size }: ConvertCall,
  terminal: Terminal,
): Promise<void> {
  const read = await readArrays(from, { size })
  sayNotes(read)
  if (read.tensors.size === 0) {
    throw new UsageError(`${printable(from)} holds no arrays`, {
      received: 'a file without arrays',
      expected: 'weights',
    })
  }
  const tensors =
    half === true ? new Map([...read.tensors].map(([name, tensor]) => [name, halved(name, tensor)])) : read.tensors
  await platform.writeFileAtomic(out, await write(tensors))
  const rows = [...tensors].map(([name, { dtype, shape, byteLength }]) => ({ name, dtype, shape, bytes: byteLength }))
  const values = rows.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
  const value = { in: from, out, tensors: rows, notes: read.notes }
  terminal.result(value, () =>
    [
      terminal.table({
        columns: [
          { title: 'array', align: 'left' },
          { title: 'type', align: 'left' },
          { title: 'shape', align: 'left' },
        ],
        rows: rows.map(({ name, dtype, shape }) => [printable(name), dtype, printShape(shape)]),
      }),
      '',
      `${printable(out)}: ${printCount(rows.length)} ${rows.length === 1 ? 'array' : 'arrays'}, ${printCount(values)} values, ${printBytes(rows.reduce((sum, row) => sum + row.bytes, 0))}`,
    ].join('\n'),
  )
}

/** As the file has them; of a model that is read only as a whole, its weights by our names. */
async function readArrays(path: string, open: OpenSizes): Promise<TensorFile> {
  const { file, format } = await readCall(() => findModel(path))
  if (format === hub) return readHubArrays(file)
  const files = modelFiles(file)
  if (format.readTensors !== undefined) return readTensors(files)
  const { weights, notes } = await readModel(files, open)
  const tensors = [...lazyWeights(weights)].map(([name, weight]) => {
    const [{ shape }, length] = [weight, 4 * sizeOf(weight.shape)]
    const bytes = bytesMade(length, () => new Uint8Array(weight.values.buffer))
    return [name, storedTensor(name, { dtype: 'F32', shape, from: 0, to: length }, bytes)] as const
  })
  return { tensors: new Map(tensors), notes }
}

const floats = ['F32', 'F64', 'BF16']

/** Integers, and floats of 16 bits or fewer, stay as they are. */
function halved(name: string, tensor: StoredTensor): StoredTensor {
  if (!floats.includes(tensor.dtype)) return tensor
  return halfTensor(name, tensor.shape, () => tensor.decoded())
}
