import { describe, expect, it } from 'vitest'
import { printMachine, runtime } from './machine.ts'

describe('the runtime', () => {
  it('has its own name: Bun and Deno say that they are a Node, too', () => {
    expect(runtime({ node: '24.3.0', bun: '1.3.1' })).toBe('Bun 1.3.1')
    expect(runtime({ node: '24.2.0', deno: '2.5.0' })).toBe('Deno 2.5.0')
    expect(runtime({ node: '24.21.0' })).toBe('Node v24.21.0')
  })

  it('stands in the line about the machine', () => {
    const machine = {
      cpu: 'AMD',
      processors: 1,
      memory: '4 GiB',
      node: 'v24.3.0',
      runtime: 'Bun 1.3.1',
      system: 'linux x64',
    }
    expect(printMachine(machine)).toBe('AMD, 1 processor, 4 GiB; Bun 1.3.1, linux x64')
  })
})
