/** How fast a training goes, and how long it has yet to go. Testing is counted apart, so that it does not blur the rate. */

/** The rate is that of about so many milliseconds. */
const windowMs = 3000

export class Pace {
  /** Milliseconds of training alone, and images until then. */
  readonly #marks: [time: number, images: number][] = [[0, 0]]
  #time = 0
  #images = 0
  #testing = 0

  /** Some images took so many milliseconds. */
  trained(images: number, milliseconds: number): void {
    this.#time += milliseconds
    this.#images += images
    this.#marks.push([this.#time, this.#images])
    while (this.#marks.length > 2 && this.#time - (this.#marks[1]?.[0] ?? 0) > windowMs) this.#marks.shift()
  }

  tested(milliseconds: number): void {
    this.#testing += milliseconds
  }

  /** Images a second; 0 while nothing is known. */
  get rate(): number {
    const [time, images] = this.#marks[0] as [number, number]
    return this.#time > time ? (1000 * (this.#images - images)) / (this.#time - time) : 0
  }

  /** Seconds for so many images, with tests as often as until now. */
  secondsFor(images: number): number {
    if (this.rate === 0) return 0
    const share = this.#time > 0 ? 1 + this.#testing / this.#time : 1
    return (images / this.rate) * share
  }
}
