/** Progress of long work on standard error: how far it is, how fast, and how long the rest will take. */
import type { Progress } from '#compute/types.ts'
import type { CommandContext, Streams } from './command.ts'

export interface ProgressLine {
  /** Seldom enough to be read; what comes in between is passed over. */
  readonly report: (progress: Progress) => void
  readonly end: () => void
}

/** On a terminal one line is written over and over; elsewhere a line now and then, so that logs stay short. */
const pauseOnTerminal = 250
const pauseElsewhere = 5_000
const width = 60

/** The rate is that since the first report of the stage, so that what was there before does not count. */
export function startProgress(
  { err, isTerminal = false }: Pick<Streams, 'err' | 'isTerminal'>,
  now: () => number = () => performance.now(),
): ProgressLine {
  let first: { readonly progress: Progress; readonly at: number } | null = null
  let told = isTerminal ? -Infinity : now()
  return {
    report: (progress) => {
      const at = now()
      if (first?.progress.stage !== progress.stage) first = { progress, at }
      if (at - told < (isTerminal ? pauseOnTerminal : pauseElsewhere)) return
      told = at
      const line = describe(progress, (progress.done - first.progress.done) / ((at - first.at) / 1000))
      err(isTerminal ? `${line.padEnd(width)}\r` : `${line}\n`)
    },
    end: () => {
      if (isTerminal) err(`${' '.repeat(width)}\r`)
    },
  }
}

/** `rate` is of a second; not above zero where nothing is known of it. */
function describe({ stage, done, total }: Progress, rate: number): string {
  const line = `${done} of ${total} ${stage}`
  return rate > 0 ? `${line}, ${rate.toFixed(rate < 10 ? 2 : 0)}/s, ${duration((total - done) / rate)} left` : line
}

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`
  return `${(seconds / 3600).toFixed(1)} h`
}

/** Runs steps to their end and tells of them, unless the output is for a program. */
export async function showProgress<T>(
  { args, streams }: CommandContext,
  steps: AsyncGenerator<{ readonly progress: Progress }, T>,
): Promise<T> {
  const line = args.has('json') ? null : startProgress(streams)
  try {
    let step = await steps.next()
    for (; step.done !== true; step = await steps.next()) line?.report(step.value.progress)
    return step.value
  } finally {
    line?.end()
  }
}
