/** Importance of heads for every output token by itself, without keeping the matrices it is read from. */
import { attentionAttribution, attentionKinds, attentionPlaces } from '#compute/attribution/attention-attribution.ts'
import { maximaOf } from '#compute/attribution/attention-board.ts'
import type { LayerEntries } from '#compute/attribution/attention-board.ts'
import { openAttentionPath } from '#compute/attribution/attention-path.ts'
import { placeKey } from '#compute/programs/ablation.ts'
import type { Problem } from '#compute/attribution/problem.ts'
import type { Model } from '#compute/models/model.ts'
import type { Engine } from '#compute/runtime/engine.ts'
import type { AttentionKind, AttentionOptions, PartialImportance, Progress, TargetImportance } from '#compute/types.ts'
import { headsAt } from './heads.ts'
import { gradientEntries } from './importance.ts'

type Options = Omit<AttentionOptions, 'kinds'>

/** What is told between two runs; `partial` where something new is known. */
export interface ImportanceStep {
  readonly progress: Progress
  readonly partial: PartialImportance | null
}

type Ranking = AsyncGenerator<ImportanceStep, TargetImportance>

/** Output tokens whose matrices are in memory at the same time: so many at most, and so many bytes of them. */
const targetsAtOnce = 8
const bytesAtOnce = 256 * 2 ** 20

/**
 * The largest signed entry of each head's matrix, per target: of the attention attribution (Hao et al. 2021; \`attribution\`), or of
 * A ⊙ ∂F/∂A at the input (\`gradient\`). Its mean over targets is what \`headImportance\` gives. Told layer by layer, the last ones first.
 */
export async function* targetImportance(
  engine: Engine,
  problem: Problem,
  by: 'attribution' | 'gradient',
  options: Options,
): Ranking {
  const { model } = engine
  const total = problem.targets.length
  const most = Math.max(1, Math.min(targetsAtOnce, Math.floor(bytesAtOnce / (4 * entriesOf(engine, problem)))))
  const objective = new Float32Array(total)
  const rows = new Map(
    attentionPlaces(model, null).map((place) => [
      placeKey(place),
      new Float32Array(total * headsAt(model, place)).fill(NaN),
    ]),
  )
  const joined = () => attentionKinds(model).map((kind) => joinLayers(model, kind, total, rows))
  // In order of position, so that what comes after the last of a chunk is cut away.
  for (let start = 0; start < total; start += most) {
    const own = { ...problem, targets: problem.targets.slice(start, start + most) }
    const ranking = by === 'gradient' ? byGradient(engine, own, options) : byAttribution(engine, own, options)
    let step = await ranking.next()
    while (step.done !== true) {
      const { share, known } = step.value
      if (known !== null) keepMaxima(rows.get(placeKey(known))!, start, known)
      const progress = { stage: 'outputs attributed', done: start + share * own.targets.length, total }
      yield { progress, partial: known === null ? null : { importance: joined() } }
      step = await ranking.next()
    }
    objective.set(step.value, start)
  }
  return { objective, importance: joined() }
}

/** Into rows [targets, heads], of which those of the chunk begin at `start`. */
function keepMaxima(rows: Float32Array, start: number, known: PartialLayer): void {
  const [, heads] = known.shape
  const maxima = maximaOf(known)
  known.targets.forEach((target, k) => {
    rows.set(maxima.subarray(k * heads, (k + 1) * heads), (start + target) * heads)
  })
}

/** Entries of the matrices of one target, over all heads. */
function entriesOf({ model }: Engine, { source, prefix }: Problem): number {
  const own = (prefix ?? source).length
  const sizes = { encoder: source.length ** 2, decoder: own ** 2, cross: own * source.length }
  return attentionPlaces(model, null).reduce((sum, place) => sum + headsAt(model, place) * sizes[place.kind], 0)
}

/** Rows [targets, heads] of each layer as [targets, layers, heads]. */
function joinLayers(
  model: Model,
  kind: AttentionKind,
  total: number,
  rows: ReadonlyMap<string, Float32Array>,
): TargetImportance['importance'][number] {
  const places = attentionPlaces(model, [kind])
  const heads = headsAt(model, { kind, layer: 0 })
  const importance = new Float32Array(total * places.length * heads)
  for (const place of places) {
    const row = rows.get(placeKey(place))!
    for (let k = 0; k < total; k++) {
      importance.set(row.subarray(k * heads, (k + 1) * heads), (k * places.length + place.layer) * heads)
    }
  }
  return { kind, shape: [total, places.length, heads], importance }
}

/** Entries of one layer for the targets listed, which count in their chunk. */
type PartialLayer = LayerEntries & { readonly targets: readonly number[] }

interface ChunkStep {
  /** The share of the chunk that is done. */
  readonly share: number
  readonly known: PartialLayer | null
}

/** Gives F of its targets. */
type Chunk = AsyncGenerator<ChunkStep, Float32Array>

async function* byAttribution(engine: Engine, problem: Problem, options: Options): Chunk {
  const control = { focus: () => null, finished: [] }
  const steps = attentionAttribution(engine, problem, { ...options, kinds: null }, control)
  let step = await steps.next()
  while (step.done !== true) {
    const { progress, partial } = step.value
    yield { share: progress.done / progress.total, known: partial }
    step = await steps.next()
  }
  return step.value.objective
}

async function* byGradient(engine: Engine, problem: Problem, options: Options): Chunk {
  const path = await openAttentionPath(engine, problem, options)
  const places = attentionPlaces(engine.model, null).toSorted((a, b) => b.layer - a.layer)
  const targets = [...problem.targets.keys()]
  for (const [at, place] of places.entries()) {
    const known = await gradientEntries(path, place)
    yield { share: (at + 1) / places.length, known: { ...known, targets } }
  }
  return path.objective
}
