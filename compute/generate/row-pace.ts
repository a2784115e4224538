/** How much goes into one run where several rows are written together. */
import { bytesPerRun } from '#compute/attribution/pace.ts'
import type { Engine, Temperature } from '#compute/runtime/engine.ts'

/** Passes over whole texts: reading them before the first token is written, scoring them after the last. */
export type Pass = 'read' | 'score'

export interface RowPace {
  /** Whether the program that writes repacks its weights. */
  readonly temperature: Temperature
  /** Rows of up to so many tokens, source and output together, that may be written in one batch. */
  readonly rowsFor: (tokens: number) => number
  /** Tokens that so many rows write in one run. */
  readonly turns: (rows: number) => number
  /** Rows of so many tokens that one pass takes. */
  readonly rowsPerPass: (pass: Pass, tokens: number) => number
  /** Runs, and learns from how long so many tokens of all rows together took. */
  readonly timeTurns: <T>(tokens: number, run: () => Promise<T>) => Promise<T>
  readonly timePass: <T>(pass: Pass, tokens: number, run: () => Promise<T>) => Promise<T>
}

const mostRows = 16
const mostTurns = 8

/** The same for every model and machine, where nobody waits: what is computed depends on the input alone. */
export const fixedPace: RowPace = {
  temperature: 'hot',
  rowsFor: () => mostRows,
  turns: () => mostTurns,
  rowsPerPass: () => mostRows,
  timeTurns: (_tokens, run) => run(),
  timePass: (_pass, _tokens, run) => run(),
}

/** A run cannot be stopped: a click has to wait for it. Less than the 200 ms it may wait, as measured times scatter. */
const secondsPerRun = 0.08

/** In a large model a turn takes long even for one row, as all weights are read: a few rows share it all the same. */
const sharedRows = 4

/** Arithmetic assumed before the first run has been timed, per second: on the safe side. */
const assumedRate = 10e9

/** Copies of the largest buffers that are alive at once: those of a layer, of scores over a vocabulary, and of caches. */
const liveCopies = { layers: 3, scores: 4, caches: 2 }

/** A pace that keeps runs short by what they have taken, and small enough to fit. */
export function makeRowPace({ model, checkpoint }: Engine): RowPace {
  const table = model.embeddings('source').table.shape[0] as number // a weight made it, so it is known
  const parameters = checkpoint.weights.bytes / 4 - table * model.width
  const assumed = (2 * parameters) / assumedRate
  const seconds = { read: assumed, score: assumed, write: assumed }
  const heads = Math.max(model.heads.encoder, model.heads.decoder)

  const within = (most: number): number => Math.max(1, Math.min(mostRows, Math.floor(most)))
  const bytesOfCaches = (tokens: number): number =>
    4 * liveCopies.caches * model.layers.decoder * 2 * tokens * model.cache.heads * model.cache.width
  const bytesOfPass = (tokens: number): number => 4 * liveCopies.layers * tokens * (4 * model.width + heads * tokens)
  const bytesOfScores = (tokens: number): number => 4 * liveCopies.scores * tokens * model.vocabulary.output

  async function time<T>(kind: keyof typeof seconds, tokens: number, run: () => Promise<T>): Promise<T> {
    const started = performance.now()
    const result = await run()
    const measured = (performance.now() - started) / 1000 / tokens
    seconds[kind] = measured > seconds[kind] ? measured : 0.5 * (seconds[kind] + measured)
    return result
  }

  return {
    temperature: 'warm',
    rowsFor: (tokens) => {
      const inTime = Math.max(sharedRows, secondsPerRun / seconds.write)
      return within(Math.min(inTime, bytesPerRun / bytesOfCaches(tokens)))
    },
    turns: (rows) => Math.max(1, Math.min(mostTurns, Math.floor(secondsPerRun / (seconds.write * rows)))),
    rowsPerPass: (pass, tokens) => {
      const bytes = bytesOfPass(tokens) + (pass === 'score' ? bytesOfScores(tokens) : 0)
      return within(Math.min(secondsPerRun / (seconds[pass] * tokens), bytesPerRun / bytes))
    },
    timeTurns: (tokens, run) => time('write', tokens, run),
    timePass: time,
  }
}
