/** Progress of long work on standard error: done, rate, and how long the rest will take. */

export interface ProgressLine {
  readonly report: (done: number) => void
  readonly end: () => void
}

/** On a terminal one line is written over and over; elsewhere a line now and then. */
const pauseOnTerminal = 250
const pauseElsewhere = 5_000
const width = 60

/** `done` rows of `total` are there already; the rate is that of what is done from here. */
export function startProgress(
  done: number,
  total: number,
  { err, isTerminal, now }: { err: (text: string) => void; isTerminal: boolean; now: () => number },
): ProgressLine {
  const started = now()
  let told = isTerminal ? -Infinity : started
  return {
    report: (count) => {
      const time = now()
      if (time - told < (isTerminal ? pauseOnTerminal : pauseElsewhere) && count < total) return
      told = time
      const rate = (count - done) / Math.max(1e-3, (time - started) / 1000)
      const left = count < total && rate > 0 ? `, ${duration((total - count) / rate)} left` : ''
      const line = `${count} of ${total} rows, ${rate.toFixed(rate < 10 ? 2 : 0)} rows/s${left}`
      err(isTerminal ? `${line.padEnd(width)}\r` : `${line}\n`)
    },
    end: () => {
      if (isTerminal) err(`${' '.repeat(width)}\r`)
    },
  }
}

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`
  return `${(seconds / 3600).toFixed(1)} h`
}
