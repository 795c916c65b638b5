/** Attribute messages: small arrays of texts or numbers with a name. */

import { type Shape, sizeOf } from '../../core/shapes.ts'
import { type Datatype, readDataspace, readDatatype } from './datatype.ts'
import { globalHeapObject } from './globalHeap.ts'
import { type Cursor, damaged, nowhere, unread, utf8 } from './source.ts'

export interface Attribute {
  readonly name: string
  readonly shape: Shape
  readonly datatype: Datatype
  /** @throws {ForeignFileError} the attribute is no text, or damaged */
  texts(): readonly string[]
}

export function readAttribute(cursor: Cursor): Attribute {
  const version = cursor.expectVersion(1, 2, 3)
  const flags = cursor.number(1)
  const sizes = [cursor.number(2), cursor.number(2), cursor.number(2)] as const
  if (version === 3) cursor.skip(1)
  const padded = (size: number) => (version === 1 ? Math.ceil(size / 8) * 8 : size)
  const name = cursor.part(padded(sizes[0]), 'the name of an attribute').text(sizes[0])
  if (version > 1 && flags & 3) throw unread('a shared type', `of attribute ${name}`, 'types without a name')
  const datatype = readDatatype(cursor.part(padded(sizes[1]), 'the type of an attribute'))
  const shape = readDataspace(cursor.part(padded(sizes[2]), 'the shape of an attribute'))
  const bytes = sizeOf(shape) * datatype.size
  const data = cursor.part(Math.min(bytes, cursor.left), `attribute ${name}`)
  return { name, shape, datatype, texts: () => texts(name, data, shape, datatype) }
}

function texts(name: string, data: Cursor, shape: Shape, { kind, size, text }: Datatype): readonly string[] {
  if (kind !== 'text' && kind !== 'texts of any length') throw damaged(`attribute ${name} must be text`, text)
  const count = sizeOf(shape)
  // Checked before the list is made.
  if (count * size > data.left) throw damaged(`attribute ${name} ends too early`)
  const cursor = data.part(count * size, data.what)
  data.at -= count * size
  return Array.from({ length: count }, () => {
    if (kind === 'text') return cursor.text(size).replace(/ +$/, '')
    const length = cursor.number(4)
    const [address, index] = [cursor.address(), cursor.number(4)]
    if (length === 0 || address === nowhere) return ''
    const bytes = globalHeapObject(data.source, address, index)
    return utf8(bytes.subarray(0, Math.min(length, bytes.length))).replace(/\0+$/, '')
  })
}
