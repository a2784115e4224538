/** Masked runs with and without sharing the encoder among masks that keep the same source tokens. */
import { openEnds } from '#compute/attribution/ends.ts'
import { keepFeed } from '#compute/attribution/masked-source.ts'
import { openMasking } from '#compute/attribution/masking.ts'
import type { Mask } from '#compute/attribution/masking.ts'
import type { PathOptions } from '#compute/attribution/path.ts'
import type { Problem } from '#compute/attribution/problem.ts'
import type { Engine } from '#compute/runtime/engine.ts'
import { integers } from '#compute/runtime/tensor.ts'
import { everyMaskGraph } from '#tests/support/every-mask.ts'

/** Masks of one run, either way. */
const masksPerRun = 16

/** One target under every mask, as we do it; nothing is kept from one call to the next. */
export async function readMasks(
  engine: Engine,
  problem: Problem,
  options: PathOptions,
  target: number,
  masks: readonly Mask[],
): Promise<readonly number[]> {
  const masking = await openMasking(engine, problem, options)
  return inBatches(masks, async (batch) => (await masking.evaluate([target], batch)).map((row) => row[0]!))
}

/** The same with the encoder run for every mask. */
export async function readMasksWithout(
  engine: Engine,
  problem: Problem,
  options: PathOptions,
  target: number,
  masks: readonly Mask[],
): Promise<readonly number[]> {
  const session = await engine.program('without-shared-source', () => everyMaskGraph(engine.model), 'hot')
  const ends = await openEnds(engine, problem, options)
  const { position, id } = problem.targets[target]!
  const { source, prefix } = ends.lengths(position + 1)
  return inBatches(masks, async (batch) => {
    const { objective } = await session.run({
      ...ends.feeds(position + 1),
      'keep.source': keepFeed(batch, 0, source),
      'keep.prefix': keepFeed(batch, source, prefix!), // an encoder-decoder model has one
      position: integers([1], [position]),
      target: integers([1], [id]),
    })
    return Array.from(objective!.data, Number)
  })
}

async function inBatches(
  masks: readonly Mask[],
  read: (batch: readonly Mask[]) => Promise<readonly number[]>,
): Promise<readonly number[]> {
  const found: number[] = []
  while (found.length < masks.length) found.push(...(await read(masks.slice(found.length, found.length + masksPerRun))))
  return found
}

/** Each of some places alone, and each pair of them. */
export const singlesAndPairs = (places: readonly number[]): readonly Mask[] => [
  ...places.map((place) => [place]),
  ...places.flatMap((i, a) => places.slice(a + 1).map((j) => [i, j])),
]
