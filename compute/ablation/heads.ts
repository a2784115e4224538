/** Naming heads, and what is put in place of their output. */
import { attentionPlaces } from '#compute/attribution/attention-attribution.ts'
import { checkProblem } from '#compute/attribution/problem.ts'
import type { Problem } from '#compute/attribution/problem.ts'
import { idFeeds } from '#compute/attribution/target-feeds.ts'
import { ComputeError } from '#compute/errors.ts'
import type { Model } from '#compute/models/model.ts'
import { headMeansGraph, placeKey } from '#compute/programs/ablation.ts'
import type { Engine } from '#compute/runtime/engine.ts'
import type { AttentionPlace, Head } from '#compute/types.ts'

export const headsAt = (model: Model, { kind }: AttentionPlace): number =>
  model.heads[kind === 'encoder' ? 'encoder' : 'decoder']

/** Every head of a model, by kind, layer and number. */
export const allHeads = (model: Model): readonly Head[] =>
  attentionPlaces(model, null).flatMap((place) =>
    Array.from({ length: headsAt(model, place) }, (_, head) => ({ ...place, head })),
  )

/** `kind.layer.head`, as commands are told of heads. */
export const nameOfHead = (head: Head): string => `${placeKey(head)}.${head.head}`

/** The same for equal sets of heads, in whatever order; empty for none. */
export const keyOfHeads = (heads: readonly Head[]): string => heads.map(nameOfHead).toSorted().join()

/** Fails on a layer that the model does not have. `what` names it in the message. */
export function checkPlace(model: Model, place: AttentionPlace, what = `layer ${placeKey(place)}`): void {
  const places = attentionPlaces(model, null)
  const kinds = [...new Set(places.map(({ kind }) => kind))]
  if (!kinds.includes(place.kind)) {
    throw new ComputeError('bad-input', `There is no ${what}: this model has ${kinds.join(', ')} attention`)
  }
  const layers = places.filter(({ kind }) => kind === place.kind).length
  if (place.layer < layers) return
  throw new ComputeError(
    'bad-input',
    `There is no ${what}: layers of ${place.kind} attention go from 0 to ${layers - 1}`,
  )
}

/** Fails on a head that the model does not have. */
export function checkHeads(model: Model, heads: readonly Head[]): void {
  for (const { kind, layer, head } of heads) {
    const name = nameOfHead({ kind, layer, head })
    checkPlace(model, { kind, layer }, `head ${name}`)
    const count = headsAt(model, { kind, layer })
    if (head >= count) {
      throw new ComputeError(
        'bad-input',
        `There is no head ${name}: heads of ${kind} attention go from 0 to ${count - 1}`,
      )
    }
  }
}

/** What stands in place of a head's output at every position: [heads, head width] by place; no entry is zero. */
export type HeadValues = ReadonlyMap<string, Float32Array>

/** Mean ablation over texts: the mean of each head's output over all queries of all of them. */
export interface HeadMeans {
  readonly add: (problem: Problem) => Promise<void>
  readonly values: () => HeadValues
}

export function makeHeadMeans(engine: Engine): HeadMeans {
  const sums = new Map<string, { readonly sum: Float64Array; queries: number }>()
  return {
    add: async (problem) => {
      checkProblem(engine.model, problem)
      const session = await engine.program('head-means', () => headMeansGraph(engine.model), 'cold')
      const means = await session.run(idFeeds(problem))
      for (const place of attentionPlaces(engine.model, null)) {
        const { data } = means[placeKey(place)]!
        const own = sums.get(placeKey(place)) ?? { sum: new Float64Array(data.length), queries: 0 }
        const queries = place.kind === 'encoder' ? problem.source.length : (problem.prefix ?? problem.source).length
        for (let i = 0; i < data.length; i++) own.sum[i]! += queries * Number(data[i])
        own.queries += queries
        sums.set(placeKey(place), own)
      }
    },
    values: () =>
      new Map([...sums].map(([key, { sum, queries }]) => [key, Float32Array.from(sum, (s) => s / queries)])),
  }
}
