/** Where paths end and start: the embeddings of a text, and those of its baseline. */
import { ComputeError } from '#compute/errors.ts'
import type { Model, Side } from '#compute/models/model.ts'
import { embeddingGraph, meanEmbeddingGraph } from '#compute/programs/embedding.ts'
import type { Engine } from '#compute/runtime/engine.ts'
import { integers } from '#compute/runtime/tensor.ts'
import type { Baseline } from '#compute/types.ts'
import { checkId } from './problem.ts'

/** Scaled token embeddings, row-major [tokens, width]. */
export async function embed(engine: Engine, side: Side, ids: readonly number[]): Promise<Float32Array> {
  const session = await engine.program(`embedding-${side}`, () => embeddingGraph(engine.model, side), 'cold')
  const { embeddings } = await session.run({ ids: integers([ids.length], ids) })
  return embeddings!.data as Float32Array // the program's output is float32
}

/** Ids that stand for no text: they keep their embedding on a path unless asked otherwise. */
export function specialIds({ special }: Model): ReadonlySet<number> {
  return new Set([special.pad, special.start, special.bos, ...special.end].filter((id) => id !== null))
}

export interface BaselineChoice {
  readonly baseline: Baseline
  readonly attributeSpecial: boolean
  /** Id of the unknown token, where the tokenizer has one. */
  readonly unknownId: number | null
}

/** The start of a path [tokens, width]: the baseline at every position, except at special tokens that are kept. */
export async function embedBaseline(
  engine: Engine,
  side: Side,
  ids: readonly number[],
  end: Float32Array,
  choice: BaselineChoice,
): Promise<Float32Array> {
  const { width } = engine.model
  const row = await baselineRow(engine, side, choice)
  const kept = choice.attributeSpecial ? new Set<number>() : specialIds(engine.model)
  const start = end.slice()
  ids.forEach((id, i) => {
    if (!kept.has(id)) start.set(row, i * width)
  })
  return start
}

async function baselineRow(engine: Engine, side: Side, choice: BaselineChoice): Promise<Float32Array> {
  const { model } = engine
  if (choice.baseline === 'zero') return new Float32Array(model.width)
  if (choice.baseline === 'mean') {
    const session = await engine.program(`mean-${side}`, () => meanEmbeddingGraph(model, side), 'cold')
    return (await session.run({}))['mean']!.data as Float32Array // the program's output is float32
  }
  return embed(engine, side, [baselineToken(model, side, choice)])
}

function baselineToken(model: Model, side: Side, { baseline, unknownId }: BaselineChoice): number {
  if (baseline === 'pad' && model.special.pad === null) {
    throw new ComputeError('bad-input', 'This checkpoint has no padding token; choose another baseline')
  }
  if (baseline === 'unk' && unknownId === null) {
    throw new ComputeError('bad-input', 'This checkpoint has no unknown token; choose another baseline')
  }
  const id = baseline === 'pad' ? model.special.pad : baseline === 'unk' ? unknownId : Number(baseline.slice(6))
  checkId('baseline', id!, side === 'source' ? model.vocabulary.source : model.vocabulary.output)
  return id!
}
