/**
 * Whether a head can be rebuilt from the rest: ridge regression of its output on the outputs of all other heads of the same layer and
 * kind, fitted on one half of the texts and judged on the other, so that no text stands on both sides. Heads of one layer read the
 * same states and are mixed by one output projection, so that a head with R² near 1 could be folded into that of the others; heads of
 * other layers have no such place. It says what is redundant, not what is useless: that is measured by pruning.
 */
import { attentionKinds, attentionPlaces } from '#compute/attribution/attention-attribution.ts'
import { idFeeds } from '#compute/attribution/target-feeds.ts'
import { addSample, blockR2, openSecondMoments } from '#compute/evaluation/ridge.ts'
import type { SecondMoments } from '#compute/evaluation/ridge.ts'
import { makeRandom, shuffle } from '#compute/generate/sample.ts'
import { headsAt } from '#compute/ablation/heads.ts'
import { ComputeError } from '#compute/errors.ts'
import { placeKey } from '#compute/programs/ablation.ts'
import { headOutputsGraph } from '#compute/programs/head-outputs.ts'
import type { Engine } from '#compute/runtime/engine.ts'
import type { Opened } from '#compute/tasks/opened.ts'
import type { AttentionPlace, HeadMatrix, Progress, ReconstructionTask } from '#compute/types.ts'
import { headTensors, problemOf } from './study.ts'
import type { StudySteps } from './study.ts'

/** What was sampled at a place: the half that is fitted, the half that judges. */
interface Halves {
  readonly size: number
  readonly fitted: SecondMoments
  readonly held: SecondMoments
}

export async function* reconstructHeads({ engine }: Opened, task: ReconstructionTask): StudySteps {
  const { rows, tokens, ridge, seed } = task
  if (rows.length < 2)
    throw new ComputeError('bad-input', 'One half of the texts is fitted, the other judges: take at least 2 texts')
  const places = yield* samplePlaces(engine, task)
  const matrices: HeadMatrix[] = []
  for (const kind of attentionKinds(engine.model)) {
    const found: number[] = []
    const own = attentionPlaces(engine.model, [kind])
    for (const place of own) {
      yield { stage: 'Fitting heads', done: matrices.length, total: attentionKinds(engine.model).length }
      const { size, fitted, held } = places.get(placeKey(place))!
      found.push(...blockR2(fitted, held, size, ridge))
    }
    matrices.push({ kind, shape: [own.length, headsAt(engine.model, own[0]!)], values: Float32Array.from(found) })
  }
  const sampled = Object.fromEntries(
    attentionKinds(engine.model).map((kind) => {
      const { fitted, held } = places.get(placeKey({ kind, layer: 0 }))!
      return [kind, { fitted: fitted.count, held: held.count }]
    }),
  )
  return {
    tensors: headTensors('r2', matrices),
    report: {
      rows: rows.length,
      tokens,
      ridge,
      seed,
      sampled,
      predictors: 'the other heads of the same layer and kind',
    },
  }
}

async function* samplePlaces(
  engine: Engine,
  { rows, tokens, seed }: ReconstructionTask,
): AsyncGenerator<Progress, ReadonlyMap<string, Halves>> {
  const session = await engine.program('head-outputs', () => headOutputsGraph(engine.model), 'cold')
  const places = new Map<string, Halves>()
  for (const [done, row] of rows.entries()) {
    yield { stage: 'Reading head outputs', done, total: rows.length }
    const outputs = await session.run(idFeeds(problemOf(engine, row)))
    for (const place of attentionPlaces(engine.model, null)) {
      const { data, shape } = outputs[placeKey(place)]!
      const halves = halvesOf(places, place, shape as Shape)
      const half = done % 2 === 0 ? halves.fitted : halves.held
      const queries = shuffle([...Array(shape[1]).keys()], makeRandom(seed + row.row)).slice(0, tokens)
      addTokens(half, data as Float32Array, shape as Shape, queries)
    }
  }
  return places
}

type Shape = readonly [heads: number, queries: number, width: number]

function halvesOf(places: Map<string, Halves>, place: AttentionPlace, [heads, , size]: Shape): Halves {
  const made = { size, fitted: openSecondMoments(heads * size), held: openSecondMoments(heads * size) }
  const halves = places.get(placeKey(place)) ?? made
  places.set(placeKey(place), halves)
  return halves
}

/** One sample per query: the outputs of all heads there, one after the other. */
function addTokens(
  moments: SecondMoments,
  data: Float32Array,
  [heads, count, size]: Shape,
  queries: readonly number[],
): void {
  const sample = new Float64Array(heads * size)
  for (const query of queries) {
    for (let h = 0; h < heads; h++) {
      const start = (h * count + query) * size
      sample.set(data.subarray(start, start + size), h * size)
    }
    addSample(moments, sample)
    moments.count += 1
  }
}
