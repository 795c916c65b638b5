/** Which step is shown, and whether they play by themselves. */

/** Milliseconds that a step is shown. */
const beat = 900

class Player {
  index = $state(0)
  playing = $state(false)
  #count = 1
  #timer: ReturnType<typeof setInterval> | undefined

  /** Of another computation: from its first step, playing unless motion is not wanted. */
  begin(count: number, plays: boolean): void {
    this.#count = Math.max(1, count)
    this.index = 0
    this.play(plays)
  }

  /** The same computation with other numbers. */
  keep(count: number): void {
    this.#count = Math.max(1, count)
    this.index = Math.min(this.index, this.#count - 1)
  }

  play(playing: boolean): void {
    clearInterval(this.#timer)
    this.playing = playing
    if (playing) this.#timer = setInterval(() => this.#next(), beat)
  }

  go(index: number): void {
    this.play(false)
    this.index = (index + this.#count) % this.#count
  }

  #next(): void {
    this.index = (this.index + 1) % this.#count
  }
}

export const player = new Player()
