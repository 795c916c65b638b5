/** What a process holds: memory, threads, open files. Flat is what does not grow from the first half to the second. */

import { readdirSync } from 'node:fs'
import { expectThat } from '../row.ts'

interface Sample {
  readonly memory: number
  readonly threads: number
  readonly files: number
}

const mebibyte = 2 ** 20
/** The collector and the allocator keep some pages for later. */
const slack = 24

export class Resources {
  readonly #samples: Sample[] = []

  take(): void {
    globalThis.gc?.()
    const memory = process.memoryUsage.rss() / mebibyte
    this.#samples.push({ memory, threads: entriesOf('/proc/self/task'), files: entriesOf('/proc/self/fd') })
  }

  /** Throws what grew. The first tenth warms up: compiled code, pools of threads. */
  check(): Readonly<Record<string, string>> {
    const samples = this.#samples.slice(Math.ceil(this.#samples.length / 10))
    const half = Math.ceil(samples.length / 2)
    const most = (of: readonly Sample[], key: keyof Sample) => Math.max(0, ...of.map((sample) => sample[key]))
    const grown = (key: keyof Sample) => most(samples.slice(half), key) - most(samples.slice(0, half), key)
    const [memory, threads, files] = [grown('memory'), grown('threads'), grown('files')]
    expectThat(threads <= 0, `${threads} more threads`)
    expectThat(files <= 0, `${files} more open files`)
    expectThat(memory <= slack, `${Math.round(memory)} MiB more memory`)
    return { grown: `${memory.toFixed(1)} MiB`, threads: `${most(samples, 'threads')}` }
  }
}

/** 0 where there is no /proc. */
function entriesOf(folder: string): number {
  try {
    return readdirSync(folder).length
  } catch {
    return 0
  }
}
