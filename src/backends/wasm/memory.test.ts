import { describe, expect, it, vi } from 'vitest'
import { LARGEST_MEMORY, PAGE_BYTES } from '../../ops/wasm/target.ts'
import { MemoryError } from './errors.ts'
import { allocate } from './memory.ts'

describe('the arena', () => {
  it.each([true, false])('has exactly the bytes asked for and cannot grow (shared: %s)', (shared) => {
    const memory = allocate(3 * PAGE_BYTES, shared)
    expect(memory.buffer.byteLength).toBe(3 * PAGE_BYTES)
    expect(memory.buffer instanceof SharedArrayBuffer).toBe(shared)
    expect(() => memory.grow(1)).toThrow(RangeError)
  })

  it.each([0, -PAGE_BYTES, PAGE_BYTES + 64, LARGEST_MEMORY + PAGE_BYTES, Number.NaN])('refuses %s bytes', (bytes) => {
    expect(() => allocate(bytes, false)).toThrow(MemoryError)
  })

  it('says how much is needed, how much is allowed, and what to do', () => {
    expect(() => allocate(6 * 2 ** 30, false)).toThrow(
      /6\.00 GiB[\s\S]*6442450944 bytes[\s\S]*4294901760[\s\S]*smaller batch/,
    )
  })

  it('turns a refusal of the host into the same named error', () => {
    const host = vi.spyOn(WebAssembly, 'Memory').mockImplementation(function refuse() {
      throw new RangeError('could not allocate memory')
    })
    try {
      expect(() => allocate(PAGE_BYTES, true)).toThrow(MemoryError)
      expect(() => allocate(PAGE_BYTES, true)).toThrow(/could not allocate memory[\s\S]*smaller batch/)
    } finally {
      host.mockRestore()
    }
  })
})
