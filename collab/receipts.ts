/**
 * Which of a connection's frames are settled, so that "Saved" can be said. Frames are numbered as the client counts them; a frame
 * settles when the journal has stored all that the document had accepted by then, and the count never skips one.
 */
export class Receipts {
  /** Per unsettled frame, in order: the journal entry it waits for; null while it waits for its dependencies. */
  readonly #waiting: (number | null)[] = []
  #settled = 0

  get settled(): number {
    return this.#settled
  }

  /** Numbers a frame. */
  open(): number {
    this.#waiting.push(null)
    return this.#settled + this.#waiting.length
  }

  /** The frame was taken in; `entry` is the newest journal entry of the document at that moment. */
  accept(frame: number, entry: number): void {
    this.#waiting[frame - this.#settled - 1] = entry
  }

  /** Settles what is durable up to `entry`; returns whether the count grew. */
  advance(entry: number): boolean {
    const before = this.#settled
    for (let next = this.#waiting[0]; next !== undefined && next !== null && next <= entry; next = this.#waiting[0]) {
      this.#waiting.shift()
      this.#settled++
    }
    return this.#settled > before
  }
}
