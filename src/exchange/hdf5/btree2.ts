/** B-trees of version 2: records of one size, in order. They index links, attributes and chunks of newer files. */

import { type Cursor, damaged, type Source } from './source.ts'

/** Signature, version, type; checksum. */
const frame = 4 + 1 + 1 + 4

export function btreeRecords(source: Source, address: number): readonly Cursor[] {
  const header = source.open(address, 'a B-tree')
  header.expect('BTHD', 0)
  header.skip(1)
  const nodeSize = header.number(4)
  const recordSize = header.number(2)
  const depth = header.number(2)
  header.skip(2)
  const [root, count] = [header.address(), header.number(2)]
  if (recordSize < 1 || depth > 32) throw damaged('a B-tree has invalid sizes')
  const counts = countSizes(source, nodeSize, recordSize, depth)
  const records: Cursor[] = []
  const open = count === 0 ? [] : [{ address: root, count, level: depth }]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const node = source.cursor(next.address, nodeSize, 'a node of a B-tree')
    node.expect(next.level === 0 ? 'BTLF' : 'BTIN', 0)
    node.skip(1)
    for (let i = 0; i < next.count; i++) records.push(node.part(recordSize, 'a record of a B-tree'))
    if (next.level === 0) continue
    for (let i = 0; i <= next.count; i++) {
      const child = { address: node.address(), count: node.number(counts.records), level: next.level - 1 }
      if (next.level > 1) node.skip(counts.totals[next.level - 1] as number)
      open.push(child)
    }
  }
  return records
}

/** How many bytes the numbers of records have: in a node, and in all nodes below one of each level. */
function countSizes(source: Source, nodeSize: number, recordSize: number, depth: number) {
  const leaf = Math.floor((nodeSize - frame) / recordSize)
  const records = bytesFor(leaf)
  const totals = [0]
  let total = leaf
  for (let level = 1; level <= depth; level++) {
    const pointer = source.offsetSize + records + (level > 1 ? (totals[level - 1] as number) : 0)
    const most = Math.floor((nodeSize - frame - pointer) / (recordSize + pointer))
    total = (most + 1) * total + most
    totals[level] = bytesFor(total)
  }
  return { records, totals }
}

export function bytesFor(value: number): number {
  return Math.floor(Math.log2(Math.max(value, 1)) / 8) + 1
}
