/**
 * Beam search with the rules of transformers 5 (`_beam_search`), in float32 as there, so that ids come out identical: twice as
 * many candidates as beams (more with several end tokens), a length penalty on finished beams, and its three ways to stop.
 */
import type { Decoder } from './decoder.ts'
import type { GenerationPlan } from './plan.ts'
import { processScores } from './processors.ts'

interface Beam {
  readonly ids: readonly number[]
  readonly score: number
}

interface Candidate extends Beam {
  /** The beam it continues. */
  readonly parent: number
  readonly isFinished: boolean
}

/** Stands for "never chosen" in the reference, where it is added rather than compared. */
const never = -1e9

const f32 = Math.fround

export async function* generateByBeams(
  decoder: Decoder,
  plan: GenerationPlan,
): AsyncGenerator<readonly number[], readonly number[]> {
  const { beams } = plan
  const promptLength = decoder.prompt.length
  const width = Math.max(2, 1 + plan.end.length) * beams
  let running: readonly Beam[] = [{ ids: decoder.prompt, score: 0 }]
  let finished: readonly Beam[] = []
  let canImprove = true
  let scores = await decoder.first()
  for (;;) {
    const length = running[0]!.ids.length
    scores.forEach((row, beam) => processScores(row, running[beam]!.ids, promptLength, plan))
    const candidates = bestContinuations(running, scores, width, plan)
    const survivors = candidates.filter(({ isFinished }) => !isFinished).slice(0, beams)
    finished = keepFinished(finished, candidates.slice(0, beams), length + 1 - promptLength, canImprove, plan)
    const isOver = candidates.every(({ isFinished }) => isFinished) || survivors.length === 0
    canImprove &&= isOver || mayStillWin(survivors[0]!.score, finished, length + 1 - promptLength, promptLength, plan)
    const isFull = plan.earlyStopping === true && finished.length === beams
    if (isOver || !canImprove || isFull) return finished[0]!.ids
    yield finished[0]?.ids ?? survivors[0]!.ids
    scores = await decoder.next(
      survivors.map(({ ids }) => ids.at(-1)!),
      survivors.map(({ parent }) => parent),
    )
    running = survivors
  }
}

/** The best continuations over all beams, best first. */
function bestContinuations(
  running: readonly Beam[],
  scores: readonly Float32Array[],
  count: number,
  plan: GenerationPlan,
): readonly Candidate[] {
  const best: { score: number; parent: number; id: number }[] = []
  scores.forEach((row, parent) => {
    const base = running[parent]!.score
    for (let id = 0; id < row.length; id++) {
      const score = f32(row[id]! + base)
      if (best.length === count && !(score > best[count - 1]!.score)) continue
      if (score === -Infinity) continue
      let at = best.length
      while (at > 0 && score > best[at - 1]!.score) at -= 1
      best.splice(at, 0, { score, parent, id })
      if (best.length > count) best.pop()
    }
  })
  return best.map(({ score, parent, id }) => {
    const ids = [...running[parent]!.ids, id]
    return { ids, score, parent, isFinished: plan.end.includes(id) || ids.length >= plan.maxLength }
  })
}

/** Finished beams with those that end now, the best of them; nothing is added once no improvement was thought possible. */
function keepFinished(
  finished: readonly Beam[],
  candidates: readonly Candidate[],
  written: number,
  canImprove: boolean,
  plan: GenerationPlan,
): readonly Beam[] {
  const isFull = plan.earlyStopping === true && finished.length === plan.beams
  if (!canImprove || isFull) return finished
  const ended = candidates
    .filter(({ isFinished }) => isFinished)
    .map(({ ids, score }) => ({ ids, score: f32(score / f32(written ** plan.lengthPenalty)) }))
  return [...finished, ...ended].toSorted((a, b) => b.score - a.score).slice(0, plan.beams)
}

/** Whether the best running beam could still beat the worst finished one, by the reference's heuristic. */
function mayStillWin(
  score: number,
  finished: readonly Beam[],
  written: number,
  promptLength: number,
  plan: GenerationPlan,
): boolean {
  const isHopeful = plan.earlyStopping === 'never' && plan.lengthPenalty > 0
  const length = isHopeful ? plan.maxLength - promptLength : written
  const possible = f32(score / f32(length ** plan.lengthPenalty))
  const worst = finished.length < plan.beams ? never : finished.at(-1)!.score
  return possible > worst
}
