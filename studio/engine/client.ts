/** The page's side of the engine. */

import type { DesignRequest, Reply } from '../messages.ts'

export interface Engine {
  /** Asks for a design; the answers come to the listener, and only those of the last request. */
  design(request: Omit<DesignRequest, 'kind' | 'id'>): void
  close(): void
}

export function startEngine(listen: (reply: Reply) => void): Engine {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
  let last = 0
  worker.onmessage = ({ data }: MessageEvent<Reply>) => {
    if (data.id === last) listen(data)
  }
  return {
    design(request) {
      last += 1
      worker.postMessage({ kind: 'design', id: last, ...request })
    },
    close: () => worker.terminate(),
  }
}
