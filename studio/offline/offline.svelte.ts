/** The page's side of the service worker: registers it, and lets a new version take over when the person wants it. */

/** Set before the one reload that isolates the page. */
const tried = 'lenslet-studio isolated'

/** Whether somebody has begun to work with the page. */
let isTouched = false
for (const kind of ['pointerdown', 'keydown'])
  addEventListener(kind, () => (isTouched = true), { once: true, capture: true })

class Offline {
  /** A new version waits for a reload. */
  waiting = $state.raw<ServiceWorker | undefined>(undefined)

  async start(): Promise<void> {
    if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return
    // Served by a program of this machine, and complete: a worker that outlives the program would be in the way of others.
    if (crossOriginIsolated && /^(localhost|127\.[\d.]+|\[::1\])$/.test(location.hostname)) return
    const { serviceWorker } = navigator
    // Storage is full or forbidden, or the browser is told to give none: the page works, but only online.
    const registered: Promise<ServiceWorkerRegistration | undefined> = serviceWorker.register('sw.js', {
      updateViaCache: 'none',
    })
    const registration = await registered.catch(() => undefined)
    if (registration === undefined) return
    this.#watch(registration)
    registration.addEventListener('updatefound', () => {
      registration.installing?.addEventListener('statechange', () => this.#watch(registration))
    })
    await serviceWorker.ready
    this.#isolate()
  }

  /** The pages of this origin change to the new version. */
  takeOver(): void {
    navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true })
    this.waiting?.postMessage('take over')
  }

  #watch({ waiting }: ServiceWorkerRegistration): void {
    // Without a controller it is the first version, which waits for nobody.
    if (waiting !== null && navigator.serviceWorker.controller !== null) this.waiting = waiting
  }

  /** Headers count when a page is loaded, so it is loaded once more; not under the hands of a person, and not twice. */
  #isolate(): void {
    if (crossOriginIsolated || isTouched || sessionStorage.getItem(tried) !== null) return
    sessionStorage.setItem(tried, '1')
    location.reload()
  }
}

export const offline = new Offline()
