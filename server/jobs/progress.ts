import type { Progress } from '#compute/types.ts'
import type { ProgressEvent } from '#collab/wire/events.ts'

/** Seconds of the past that a rate is measured over, and the least it takes to measure one. */
const WINDOW_MS = 8_000
const LEAST_MS = 1_000

interface Sample {
  readonly at: number
  readonly done: number
}

/** Turns what compute says into what people are shown: with the rate of the last seconds and the time left at that rate. */
export function makeMeter(now: () => number): (progress: Progress) => ProgressEvent {
  let stage = ''
  let samples: Sample[] = []
  return (progress) => {
    const at = now()
    const last = samples.at(-1)
    const part = progress.whole ? '' : progress.stage
    // Another stage, or a start from the beginning, has another rate.
    if (part !== stage || (last !== undefined && progress.done < last.done)) samples = []
    stage = part
    samples.push({ at, done: progress.done })
    samples = samples.filter((sample, place) => at - sample.at <= WINDOW_MS || place === samples.length - 1)
    const rate = measureRate(samples)
    const left = Math.max(0, progress.total - progress.done)
    return {
      stage: progress.stage,
      done: progress.done,
      total: progress.total,
      rate,
      eta: rate === null || rate === 0 ? null : left / rate,
    }
  }
}

function measureRate(samples: readonly Sample[]): number | null {
  const first = samples[0]
  const last = samples.at(-1)
  if (first === undefined || last === undefined || last.at - first.at < LEAST_MS) return null
  return ((last.done - first.done) / (last.at - first.at)) * 1_000
}

/** Lets a call through at most every `every` milliseconds; of those in between the last one follows. */
export function makeThrottle<T>(
  every: number,
  now: () => number,
  emit: (value: T) => void,
): { push(value: T): void; stop(): void } {
  let last = -Infinity
  let waiting: { value: T } | null = null
  let timer: NodeJS.Timeout | null = null
  const flush = (): void => {
    timer = null
    if (waiting === null) return
    const { value } = waiting
    waiting = null
    last = now()
    emit(value)
  }
  return {
    push(value) {
      waiting = { value }
      if (timer !== null) return
      const wait = last + every - now()
      if (wait <= 0) flush()
      else timer = setTimeout(flush, wait)
    },
    stop() {
      if (timer !== null) clearTimeout(timer)
      timer = null
      waiting = null
    },
  }
}
