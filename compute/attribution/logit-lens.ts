/**
 * The logit lens (nostalgebraist 2020, "interpreting GPT: the logit lens"): the states of every layer, put through the final norm
 * and the head as if they were the last. Early layers need not speak the head's language, so their words are a hint only; the
 * last layer is the model itself.
 */
import { logitLensGraph } from '#compute/programs/logit-lens.ts'
import type { Engine } from '#compute/runtime/engine.ts'
import { integers } from '#compute/runtime/tensor.ts'
import type { Tensor } from '#compute/runtime/tensor.ts'
import type { LogitLens, Progress } from '#compute/types.ts'
import { bytesPerRun } from './pace.ts'
import { checkProblem } from './problem.ts'
import type { Problem } from './problem.ts'
import { idFeeds, tokensOf } from './target-feeds.ts'

/** Copies of the logits of a run that are alive at once. */
const liveLogits = 4

/** The `count` likeliest tokens of every layer at every output token of the targets (spans token by token). */
export async function* logitLens(
  engine: Engine,
  problem: Problem,
  count: number,
): AsyncGenerator<{ readonly progress: Progress; readonly partial: null }, LogitLens> {
  const { model } = engine
  checkProblem(model, problem)
  const kept = Math.min(count, model.vocabulary.output)
  const tokens = problem.targets.flatMap(tokensOf)
  const layers = model.layers.decoder + 1
  const session = await engine.program(`logit-lens-${kept}`, () => logitLensGraph(model, kept), 'cold')
  const perRun = Math.max(1, Math.floor(bytesPerRun / (4 * liveLogits * layers * model.vocabulary.output)))
  const lens = blank(tokens.length, layers, kept)
  for (let next = 0; next < tokens.length; next += perRun) {
    const batch = tokens.slice(next, next + perRun)
    const outputs = await session.run({
      ...idFeeds(problem),
      position: integers(
        [batch.length],
        batch.map(({ position }) => position),
      ),
      target: integers(
        [batch.length],
        batch.map(({ id }) => id),
      ),
    })
    place(lens, outputs, next, batch.length)
    yield {
      progress: { stage: 'outputs read', done: Math.min(next + perRun, tokens.length), total: tokens.length },
      partial: null,
    }
  }
  return lens
}

const blank = (targets: number, layers: number, count: number): LogitLens => ({
  layers,
  count,
  ids: new Int32Array(targets * layers * count),
  logProbs: new Float32Array(targets * layers * count),
  entropies: new Float32Array(targets * layers),
  targetLogProbs: new Float32Array(targets * layers),
  targetRanks: new Int32Array(targets * layers),
})

/** Outputs have the layers first; the result has the targets first. */
function place(lens: LogitLens, outputs: Readonly<Record<string, Tensor>>, first: number, targets: number): void {
  const { layers, count } = lens
  const copy = (name: string, to: Int32Array | Float32Array, width: number): void => {
    const { data } = outputs[name]!
    for (let l = 0; l < layers; l++) {
      for (let k = 0; k < targets; k++) {
        for (let i = 0; i < width; i++) {
          to[((first + k) * layers + l) * width + i] = Number(data[(l * targets + k) * width + i])
        }
      }
    }
  }
  copy('id', lens.ids, count)
  copy('logProb', lens.logProbs, count)
  copy('entropy', lens.entropies, 1)
  copy('target.logProb', lens.targetLogProbs, 1)
  copy('target.rank', lens.targetRanks, 1)
}
