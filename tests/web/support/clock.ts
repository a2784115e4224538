/** Time that a test moves by hand. */
import type { Clock } from '#web/collab/throttle.ts'

export interface HandClock extends Clock {
  /** Moves on, running in order what falls due. */
  pass(milliseconds: number): void
}

export function makeClock(start = 0): HandClock {
  let now = start
  let waiting: { readonly at: number; readonly run: () => void }[] = []
  return {
    now: () => now,
    after(milliseconds, run) {
      const entry = { at: now + milliseconds, run }
      waiting.push(entry)
      return () => (waiting = waiting.filter((each) => each !== entry))
    },
    pass(milliseconds) {
      const end = now + milliseconds
      for (;;) {
        const next = waiting.filter(({ at }) => at <= end).sort((left, right) => left.at - right.at)[0]
        if (next === undefined) break
        waiting = waiting.filter((each) => each !== next)
        now = next.at
        next.run()
      }
      now = end
    },
  }
}
