/** Reads a `.caffemodel`, the binary form of a network with its weights. Arrays stay in the bytes of the file. */

import type { Bytes } from '../../core/bytes.ts'
import { ForeignFileError } from '../errors.ts'
import { type Field, readMessage } from '../protobuf.ts'
import { readBlob } from './blob.ts'
import { type FieldValue, Message } from './message.ts'
import { type FieldSchema, type MessageSchema, netSchema, schemaOf } from './schema.ts'

/** Values and messages; the weights do not count. ResNet-152 has some 30,000. */
const mostValues = 1_000_000

/** @throws {ForeignFileError} the file is damaged, or no network */
export function decodeNet(bytes: Uint8Array | Bytes): Message {
  const net = new Message('the network')
  const reader = new Reader()
  readMessage(bytes, (field) => reader.field(net, netSchema, field))
  if (net.has('layer') || net.has('layers')) return net
  throw new ForeignFileError('not a .caffemodel', {
    received: `${bytes.length} bytes without a layer`,
    expected: "a network of Caffe's, with its weights",
    advice: 'fetch the file again',
  })
}

class Reader {
  #values = 0

  field(into: Message, { byNumber }: MessageSchema, field: Field): void {
    const schema = byNumber.get(field.number)
    if (schema === undefined) return
    if (++this.#values > mostValues) throw tooMany()
    if (schema.repeated && field.hasLength && ['whole', 'real', 'flag'].includes(schema.type)) {
      for (const number of this.#packed(schema, field)) into.add(schema.name, number)
    } else into.add(schema.name, this.#value(into, schema, field))
  }

  #packed({ type }: FieldSchema, field: Field): readonly number[] {
    // At least a byte for each.
    this.#values += field.range().length
    if (this.#values > mostValues) throw tooMany()
    const numbers: number[] = []
    if (type !== 'real') {
      field.ints(numbers)
      return numbers
    }
    field.floats(numbers)
    return numbers.map(shortest)
  }

  #value(parent: Message, { name, type }: FieldSchema, field: Field): FieldValue {
    if (type === 'text') return field.text()
    if (type === 'real') return shortest(field.float())
    if (type === 'Blob') return readBlob(field.range(), `an array of ${parent.place}`)
    const schema = schemaOf(type)
    if (schema === undefined) return field.int()
    const message = new Message(name)
    field.message((inner) => this.field(message, schema, inner))
    return message
  }
}

/** The shortest decimal of a float32: 0.00001, as it was written, for 0.000009999999747. */
function shortest(value: number): number {
  const decimals = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((digits) => Number(value.toPrecision(digits)))
  return decimals.find((decimal) => Math.fround(decimal) === value) ?? value
}

function tooMany(): ForeignFileError {
  return new ForeignFileError('the file has too many fields for a network', {
    received: `more than ${mostValues}`,
    expected: "a network of Caffe's, with its weights",
    advice: 'fetch the file again',
  })
}
