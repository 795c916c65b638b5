/** A turn of the event loop, so that waiting messages are heard. Timers would be held back by 4 ms. */

const { port1, port2 } = new MessageChannel()
const waiting: (() => void)[] = []
port1.onmessage = () => waiting.shift()?.()

// In Node, an open port would keep the process alive.
;(port1 as { unref?(): void }).unref?.()

export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve)
    port2.postMessage(undefined)
  })
}
