/** How much one connection may still do: fills at `rate` a second up to `burst`, and goes below zero when overdrawn. */
export class TokenBucket {
  readonly #rate: number
  readonly #burst: number
  #tokens: number
  #filledAt: number

  constructor(rate: number, burst: number, now: number) {
    this.#rate = rate
    this.#burst = burst
    this.#tokens = burst
    this.#filledAt = now
  }

  /** Takes `cost`; returns the milliseconds to wait until nothing is owed. */
  take(cost: number, now: number): number {
    const earned = (Math.max(0, now - this.#filledAt) / 1000) * this.#rate
    this.#filledAt = now
    this.#tokens = Math.min(this.#burst, this.#tokens + earned) - cost
    return this.#tokens >= 0 ? 0 : (-this.#tokens / this.#rate) * 1000
  }
}
