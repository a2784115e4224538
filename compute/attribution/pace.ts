/** Keeping runs short enough to be cancelled between, and small enough to fit. */
import type { Engine } from '#compute/runtime/engine.ts'
import type { Problem } from './problem.ts'

export interface Pace {
  readonly pairsPerRun: () => number
  /** Runs and learns from how long `pairs` pairs of target and node took. */
  readonly time: <T>(pairs: number, run: () => Promise<T>) => Promise<T>
}

/** A run cannot be stopped: this long is what a cancel or a click may have to wait. */
const secondsPerRun = 0.12

/** In a large model, whose single pair is nearly that long, a few targets share each forward pass all the same. */
const sharedPairs = 3
const secondsPerSharedRun = 0.5

/** Buffers of one run, beside the weights. */
export const bytesPerRun = 384 * 2 ** 20

/** Layers whose activations of one pair are alive at once: a generous guess, on the safe side of what was seen. */
const liveLayers = 6

/** Where nobody waits for a click and the clock may not decide. */
const secondsPerSteadyRun = 0.5
const steadyRate = 100e9

/** Arithmetic assumed before the first run has been timed, per second. */
const assumedRate = 40e9

export function makePace(engine: Engine, problem: Problem): Pace {
  const { model } = engine
  const tokens = problem.source.length + (problem.prefix?.length ?? 0)
  const heads = Math.max(model.heads.encoder, model.heads.decoder)
  const bytesPerPair = 4 * liveLayers * tokens * (4 * model.width + heads * tokens)
  const mostPairs = Math.max(1, Math.floor(bytesPerRun / bytesPerPair))
  const table = model.embeddings('source').table.shape[0] as number
  const parameters = engine.checkpoint.weights.bytes / 4 - table * model.width
  const operations = 4 * parameters * tokens // forward and backward, two a parameter and token each
  if (engine.isSteady) {
    const pairs = Math.max(sharedPairs, Math.floor((secondsPerSteadyRun * steadyRate) / operations))
    return { pairsPerRun: () => Math.min(mostPairs, pairs), time: (_pairs, run) => run() }
  }
  let secondsPerPair = operations / assumedRate
  return {
    pairsPerRun: () => {
      const shared = Math.min(sharedPairs, Math.floor(secondsPerSharedRun / secondsPerPair))
      return Math.max(1, Math.min(mostPairs, Math.max(shared, Math.floor(secondsPerRun / secondsPerPair))))
    },
    time: async (pairs, run) => {
      const started = performance.now()
      const result = await run()
      const measured = (performance.now() - started) / 1000 / pairs
      secondsPerPair = 0.5 * (secondsPerPair + measured)
      return result
    },
  }
}
