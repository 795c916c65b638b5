/** Groups as h5py writes them by default: a B-tree of symbol table nodes, and a local heap with the names. */

import { type Cursor, damaged, type Source, utf8 } from './source.ts'

/** Name → address of the object header. */
export function oldLinks(table: Cursor): ReadonlyMap<string, number> {
  const { source } = table
  const [tree, heapAddress] = [table.address(), table.address()]
  const heap = source.open(heapAddress, 'a local heap')
  heap.expect('HEAP', 0)
  heap.skip(3)
  const size = heap.length()
  heap.length()
  const names = source.cursor(heap.address(), size, 'the names of a group')
  const nameBytes = names.take(size)
  const links = new Map<string, number>()
  for (const node of groupNodes(source, tree)) {
    const entries = source.open(node, 'a symbol table node')
    entries.expect('SNOD', 1)
    entries.skip(1)
    const count = entries.number(2)
    for (let i = 0; i < count; i++) {
      const nameAt = entries.address()
      const address = entries.address()
      const kind = entries.number(4)
      entries.skip(4 + 16)
      source.spend(40)
      if (kind === 2) continue // a symbolic link
      if (nameAt >= nameBytes.length) throw damaged('the name of an object is not in its heap')
      const end = nameBytes.indexOf(0, nameAt)
      links.set(utf8(nameBytes.subarray(nameAt, end === -1 ? undefined : end)), address)
    }
  }
  return links
}

/** Addresses of the symbol table nodes, in order. */
function groupNodes(source: Source, root: number): readonly number[] {
  const found: number[] = []
  const open = [{ address: root, most: 64 }]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const node = source.open(next.address, 'a B-tree of names')
    node.expect('TREE', 0)
    const level = node.number(1)
    if (level >= next.most) throw damaged('a B-tree of names has no end')
    const count = node.number(2)
    node.address()
    node.address()
    const children = Array.from({ length: count }, () => {
      source.spend(16)
      node.length()
      return node.address()
    })
    if (level === 0) found.push(...children)
    else open.push(...children.map((address) => ({ address, most: level })).reverse())
  }
  return found
}
