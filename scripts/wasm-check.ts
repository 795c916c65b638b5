// Every worker instantiates the kernel module on the same memory, so a module may own nothing: no data segment (it would
// overwrite live values), no mutable global, no start function, no table. Checked here on the bytes of every build.

import type { KernelVariant } from './kernel-variants.ts'
import { maximumPages } from './kernel-variants.ts'

const sections = { import: 2, table: 4, memory: 5, global: 6, export: 7, start: 8, element: 9, data: 11 } as const

/** Throws when a module holds state of its own or imports anything but one memory of any size. */
export function assertStaticModule(row: Pick<KernelVariant, 'name' | 'shared'>, wasm: Uint8Array): void {
  const faults = moduleFaults(wasm, row.shared)
  if (faults.length > 0) throw new Error(`Kernel module ${row.name}: ${faults.join('; ')}.`)
}

/** What is wrong with a module, as sentences; empty when it is static. */
export function moduleFaults(wasm: Uint8Array, shared: boolean): string[] {
  const faults: string[] = []
  const found = sectionBodies(wasm)
  for (const name of ['table', 'memory', 'start', 'element', 'data'] as const) {
    if (found.has(sections[name])) faults.push(`has a ${name} section, so it holds state that workers would share`)
  }
  const globals = found.get(sections.global)
  if (globals && globals[0] !== 0) faults.push('has global variables; pass them as arguments or make them constants')

  const module = new WebAssembly.Module(Uint8Array.from(wasm))
  for (const { name, kind } of WebAssembly.Module.exports(module)) {
    if (kind !== 'function') faults.push(`exports the ${kind} ${name}; only functions may be exported`)
  }
  const imports = WebAssembly.Module.imports(module).map(({ module: from, name, kind }) => `${kind} ${from}.${name}`)
  // A module whose functions touch no memory (there may be no kernel yet) imports nothing.
  if (imports.length === 0) return faults
  if (imports.join() !== 'memory env.memory') {
    faults.push(`imports ${imports.join(', ')}; expected memory env.memory alone`)
  } else {
    const limits = importedMemory(found.get(sections.import) ?? new Uint8Array())
    const expected = { shared, minimum: 0, maximum: maximumPages }
    if (JSON.stringify(limits) !== JSON.stringify(expected)) {
      faults.push(`imports memory ${JSON.stringify(limits)}; expected ${JSON.stringify(expected)}`)
    }
  }
  return faults
}

/** Section bodies by section number (custom sections left out). */
function sectionBodies(wasm: Uint8Array): Map<number, Uint8Array> {
  const bodies = new Map<number, Uint8Array>()
  let at = 8
  while (at < wasm.length) {
    const id = wasm[at] ?? 0
    const [size, start] = readUnsigned(wasm, at + 1)
    if (id !== 0) bodies.set(id, wasm.subarray(start, start + size))
    at = start + size
  }
  return bodies
}

/** Limits of the single imported memory: count, module name, field name, kind, flags, minimum, maximum. */
function importedMemory(body: Uint8Array): { shared: boolean; minimum: number; maximum: number | undefined } {
  let at = readUnsigned(body, 0)[1]
  for (let names = 0; names < 2; names++) {
    const [length, start] = readUnsigned(body, at)
    at = start + length
  }
  const flags = body[at + 1] ?? 0
  const [minimum, next] = readUnsigned(body, at + 2)
  return { shared: (flags & 2) !== 0, minimum, maximum: (flags & 1) === 0 ? undefined : readUnsigned(body, next)[0] }
}

/** An unsigned LEB128 number and the offset after it. */
function readUnsigned(bytes: Uint8Array, offset: number): [value: number, next: number] {
  let value = 0
  let shift = 0
  let at = offset
  for (;;) {
    const byte = bytes[at++] ?? 0
    value += (byte & 0x7f) * 2 ** shift
    if ((byte & 0x80) === 0) return [value, at]
    shift += 7
  }
}
