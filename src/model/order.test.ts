/** The order of readers, writers and spans, with tasks that end when the test says so. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Order } from './order.ts'

/** A task that notes its start and end, and ends when it is told to. */
function task(log: string[], name: string) {
  let end: () => void = () => {}
  const run = async () => {
    log.push(`${name} begins`)
    await new Promise<void>((resolve) => {
      end = resolve
    })
    log.push(`${name} ends`)
    return name
  }
  return { run, end: () => end() }
}

const settle = async () => {
  for (let i = 0; i < 10; i++) await Promise.resolve()
}

describe('an order', () => {
  it('starts what it can before it returns, and is idle before the caller goes on', async () => {
    const order = new Order()
    let begun = false
    const first = order.read(async () => {
      begun = true
    })
    expect(begun).toBe(true)
    expect(order.isIdle).toBe(false)
    await first
    expect(order.isIdle).toBe(true)
  })

  it('lets a writer wait for the readers before it, and later readers for the writer', async () => {
    const order = new Order()
    const log: string[] = []
    const [a, b, c] = [task(log, 'a'), task(log, 'b'), task(log, 'c')]
    const all = [order.read(a.run), order.write(b.run), order.read(c.run)]
    for (const each of [a, b, c]) {
      await settle()
      each.end()
    }
    expect(await Promise.all(all)).toEqual(['a', 'b', 'c'])
    expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends'])
  })

  it('lets readers in between the parts of a span, and no writer', async () => {
    const order = new Order()
    const log: string[] = []
    let goOn: () => void = () => {}
    const pause = new Promise<void>((resolve) => {
      goOn = resolve
    })
    const note = (name: string) => async () => void log.push(name)
    const span = order.span(async (read) => {
      await read(note('part 1'))
      await pause
      await read(note('part 2'))
    })
    await settle()
    await order.read(note('reader'))
    const writer = order.write(note('writer'))
    const late = order.read(note('late reader'))
    await settle()
    expect(log).toEqual(['part 1', 'reader'])
    goOn()
    await Promise.all([span, writer, late])
    expect(log).toEqual(['part 1', 'reader', 'part 2', 'writer', 'late reader'])
    expect(order.isIdle).toBe(true)
  })

  it('goes on after tasks that throw', async () => {
    const order = new Order()
    const fail = async () => Promise.reject(new Error('no'))
    const all = [order.read(fail), order.write(fail), order.span(fail), order.span((read) => read(fail))]
    for (const each of all) await expect(each).rejects.toThrow('no')
    expect(order.isIdle).toBe(true)
    expect(await order.write(async () => 7)).toBe(7)
  })

  it('shows every reader what the writers before it wrote, and no other, in any interleaving', async () => {
    const step = fc.record({ kind: fc.constantFrom('read', 'write', 'span'), parts: fc.nat(3), waits: fc.nat(4) })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const order = new Order()
        const pause = async (ticks: number) => {
          for (let i = 0; i < ticks; i++) await Promise.resolve()
        }
        let value = 0
        let written = 0
        let users = 0
        const alone = async (waits: number, then: () => void) => {
          expect(++users).toBe(1)
          await pause(waits)
          then()
          users--
        }
        const all = steps.map(({ kind, parts, waits }) => {
          if (kind === 'write') {
            written++
            return order.write(() => alone(waits, () => void value++))
          }
          const expected = written
          const look = () => alone(waits, () => expect(value).toBe(expected))
          if (kind === 'read') return order.read(look)
          return order.span(async (read) => {
            for (let part = 0; part < parts; part++) {
              await read(look)
              await pause(waits)
              expect(value).toBe(expected)
            }
          })
        })
        await Promise.all(all)
        expect(value).toBe(written)
        expect(order.isIdle).toBe(true)
      }),
      { numRuns: 300 },
    )
  })
})
