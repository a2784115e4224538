/** The names of an output with what the model thought while it wrote them, and what follows for a whole corpus. */
import type { ScoredOutput } from '#compute/types.ts'
import { labelEntities } from './entities.ts'
import type { EntityFinder, LabelledEntity } from './entities.ts'
import { meanMeasure } from './measures.ts'
import type { Measure } from './measures.ts'
import { estimateRanking } from './ranking-estimate.ts'
import type { RankingEstimate, RowCase } from './ranking-estimate.ts'

/** An entity of an output with what the model thought of its first token, where it was chosen; nats. */
export type JudgedEntity = Omit<LabelledEntity, 'key'> & { readonly logProb: number; readonly entropy: number }

/** The output token that an entity begins in; −1 where there is none. */
export const tokenOf = (offsets: ScoredOutput['offsets'], entity: Pick<LabelledEntity, 'start'>): number =>
  offsets.findIndex(([start, end]) => end > entity.start && end > start)

/** The entities of an output that begin at one of its tokens. */
export function judgeEntities(
  finder: EntityFinder,
  source: string,
  { text, offsets, steps }: ScoredOutput,
): readonly JudgedEntity[] {
  return labelEntities(finder, source, text).flatMap(({ key: _, ...entity }): JudgedEntity[] => {
    const step = steps[tokenOf(offsets, entity)]
    return step === undefined ? [] : [{ ...entity, logProb: step.logProb, entropy: step.entropy }]
  })
}

/** Shares of unsupported entities and of outputs that have any, and the mean entropy of either sort. */
export function measureEntities(entities: readonly JudgedEntity[]): readonly Measure[] {
  const unsupported = entities.filter(({ supported }) => !supported)
  const supported = entities.filter((entity) => entity.supported)
  const mean = (name: string, some: readonly JudgedEntity[]): Measure =>
    meanMeasure(
      name,
      some.reduce((sum, { entropy }) => sum + entropy, 0),
      some.length,
    )
  return [
    meanMeasure('unsupportedEntities', unsupported.length, entities.length),
    meanMeasure('outputsWithUnsupported', Math.min(1, unsupported.length), 1),
    mean('entropyOfSupported', supported),
    mean('entropyOfUnsupported', unsupported),
  ]
}

/** An entity and the row it stands in. */
export interface EntityCase {
  readonly row: number
  readonly entity: JudgedEntity
}

/** How well the model's own doubt at the first token of an entity finds those the source does not support. */
export function rankEntities(cases: readonly EntityCase[]): {
  readonly entropy: RankingEstimate
  readonly negativeLogProb: RankingEstimate
} {
  const by = (score: (entity: JudgedEntity) => number): readonly RowCase[] =>
    cases.map(({ entity, row }) => ({ row, score: score(entity), isPositive: !entity.supported }))
  return {
    entropy: estimateRanking(by(({ entropy }) => entropy)),
    negativeLogProb: estimateRanking(by(({ logProb }) => -logProb)),
  }
}
