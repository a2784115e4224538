/** Time as the collaboration files use it; tests pass their own. */
export interface Clock {
  now(): number
  /** `setTimeout`; returns its undo. */
  after(milliseconds: number, run: () => void): () => void
}

export const systemClock = (): Clock => ({
  now: () => Date.now(),
  after(milliseconds, run) {
    const timer = setTimeout(run, milliseconds)
    return () => clearTimeout(timer)
  },
})

export interface Throttle<Value> {
  /** Sends now, or once the interval is over; of several values only the last is sent. */
  push(value: Value): void
  /** Sends what waits, at once. */
  flush(): void
  close(): void
}

/** At most one `send` an interval; the last value always goes out. */
export function makeThrottle<Value>(clock: Clock, interval: number, send: (value: Value) => void): Throttle<Value> {
  let waiting: { readonly value: Value } | null = null
  let sentAt = -Infinity
  let cancel: (() => void) | null = null
  const flush = (): void => {
    cancel?.()
    cancel = null
    if (waiting === null) return
    const { value } = waiting
    waiting = null
    sentAt = clock.now()
    send(value)
  }
  return {
    push(value) {
      waiting = { value }
      const wait = sentAt + interval - clock.now()
      if (wait <= 0) flush()
      else cancel ??= clock.after(wait, flush)
    },
    flush,
    close() {
      cancel?.()
      cancel = null
      waiting = null
    },
  }
}
