/**
 * What heads do, as scores in [0, 1] accumulated over texts. Each is a mean over what it can be taken of, NaN where that is
 * nothing; definitions and sources stand in `role-scores.ts`, `copying.ts` and `gold-alignment.ts`. They describe attention patterns, not effects: what a head is
 * worth is measured by ablation.
 */
import { attentionKinds, attentionPlaces } from '#compute/attribution/attention-attribution.ts'
import { specialIds } from '#compute/attribution/embeddings.ts'
import { checkProblem } from '#compute/attribution/problem.ts'
import type { Problem } from '#compute/attribution/problem.ts'
import { idFeeds } from '#compute/attribution/target-feeds.ts'
import { placeKey } from '#compute/programs/ablation.ts'
import { forwardGraph } from '#compute/programs/forward.ts'
import type { Engine } from '#compute/runtime/engine.ts'
import type { Tokenizer } from '#compute/tokenize/tokenizer.ts'
import type { AttentionPlace, HeadRole, HeadRoles } from '#compute/types.ts'
import { copyTally } from './copying.ts'
import { agreement } from './gold-alignment.ts'
import type { GoldAlignment } from './gold-alignment.ts'
import { allHeads, headsAt } from './heads.ts'
import { alignment, inductionMass, offsetMass, offsets, placeMass, places, separatorMass } from './role-scores.ts'
import type { Pattern, Tally } from './role-scores.ts'

export interface RoleCollector {
  /** Counts a text; `gold` is the alignment of its words, of an encoder-decoder model, where it is known. */
  readonly add: (problem: Problem, gold?: GoldAlignment | null) => Promise<void>
  /** Takes what another collector has counted. */
  readonly absorb: (tallies: RoleTallies) => void
  readonly tallies: () => RoleTallies
  /** Roles over all texts so far. */
  readonly roles: () => readonly HeadRoles[]
}

type Measure =
  'separator' | 'induction' | 'copying' | 'alignment' | 'gold-alignment' | `offset ${number}` | `place ${number}`

type Sums = [sum: number, count: number][]

/** What was counted, by place, measure and head: it can be written down and taken up again. */
export type RoleTallies = Readonly<
  Record<string, Readonly<Record<string, readonly (readonly [sum: number, count: number])[]>>>
>

/** A piece without a letter or digit parts texts: punctuation, line ends. Without a tokenizer nothing does. */
export const separatorsOf =
  (tokenizer: Pick<Tokenizer, 'decode'> | null) =>
  (id: number): boolean =>
    tokenizer !== null && !/[\p{L}\p{N}]/u.test(tokenizer.decode([id]))

/** `isSeparator` tells the ids that part texts: punctuation, line ends. Special tokens count by themselves. */
export function makeHeadRoles(engine: Engine, isSeparator: (id: number) => boolean): RoleCollector {
  const { model } = engine
  const tallies = new Map<string, Map<string, Sums>>()
  const special = specialIds(model)

  function sumsOf(place: string, measure: string, heads: number): Sums {
    const own = tallies.get(place) ?? new Map<string, Sums>()
    tallies.set(place, own)
    const sums = own.get(measure) ?? Array.from({ length: heads }, (): [number, number] => [0, 0])
    own.set(measure, sums)
    return sums
  }

  function count(place: AttentionPlace, head: number, measure: Measure, { sum, count: queries }: Tally): void {
    const sums = sumsOf(placeKey(place), measure, headsAt(model, place))[head]!
    sums[0] += sum
    sums[1] += queries
  }

  function look(
    place: AttentionPlace,
    head: number,
    pattern: Pattern,
    problem: Problem,
    gold: GoldAlignment | null,
  ): void {
    const own = problem.prefix ?? problem.source
    const keys = place.kind === 'decoder' ? own : problem.source
    const isSelf = place.kind !== 'cross'
    const isCausal = place.kind === 'decoder'
    const isSpecial = keys.map((id) => special.has(id))
    if (isSelf) for (const offset of offsets) count(place, head, `offset ${offset}`, offsetMass(pattern, offset))
    for (const at of places) count(place, head, `place ${at}`, placeMass(pattern, at, isSelf))
    const separators = keys.map((id, i) => isSpecial[i]! || isSeparator(id))
    count(place, head, 'separator', separatorMass(pattern, separators, isCausal))
    if (isCausal) count(place, head, 'induction', inductionMass(pattern, keys))
    if (place.kind !== 'cross') return
    count(place, head, 'alignment', alignment(pattern, isSpecial))
    if (gold !== null) count(place, head, 'gold-alignment', agreement(pattern, gold))
  }

  return {
    add: async (problem, gold = null) => {
      checkProblem(model, { ...problem, targets: [{ position: 0, id: 0 }] })
      const taps = { states: false, attention: true }
      const session = await engine.program('attention', () => forwardGraph(model, taps), 'cold')
      const outputs = await session.run(idFeeds(problem))
      const patterns = new Map<string, readonly Pattern[]>()
      for (const place of attentionPlaces(model, null)) {
        const { data, shape } = outputs[`attention.${placeKey(place)}`]!
        const [, heads, queries, keys] = shape as [number, number, number, number]
        const own = Array.from({ length: heads }, (_, h): Pattern => {
          const weights = (data as Float32Array).subarray(h * queries * keys, (h + 1) * queries * keys)
          return { weights, queries, keys }
        })
        own.forEach((pattern, head) => look(place, head, pattern, problem, gold))
        patterns.set(placeKey(place), own)
      }
      const copies = await copyTally(engine, problem, (head) => patterns.get(placeKey(head))![head.head]!)
      for (const { head, tally } of copies) count(head, head.head, 'copying', tally)
    },
    absorb: (more) => {
      for (const [place, measures] of Object.entries(more)) {
        for (const [measure, heads] of Object.entries(measures)) {
          const sums = sumsOf(place, measure, heads.length)
          heads.forEach(([sum, queries], h) => {
            sums[h]![0] += sum
            sums[h]![1] += queries
          })
        }
      }
    },
    tallies: () => Object.fromEntries([...tallies].map(([place, measures]) => [place, Object.fromEntries(measures)])),
    roles: () =>
      rolesOf(engine, (place, head, measure) => {
        const [sum, queries] = tallies.get(placeKey(place))?.get(measure)?.[head] ?? [0, 0]
        return queries === 0 ? NaN : sum / queries
      }),
  }
}

function rolesOf(
  { model }: Engine,
  score: (place: AttentionPlace, head: number, measure: Measure) => number,
): readonly HeadRoles[] {
  return attentionKinds(model).map((kind) => {
    const heads = allHeads(model).filter((head) => head.kind === kind)
    const count = headsAt(model, { kind, layer: 0 })
    const best = (scores: readonly number[]): number => Math.max(...scores.filter((value) => !Number.isNaN(value)))
    const each = (f: (head: (typeof heads)[number]) => number): Float32Array =>
      Float32Array.from(heads, (head) => {
        const value = f(head)
        return Number.isFinite(value) ? value : NaN
      })
    const named = (measure: Measure): Float32Array => each((head) => score(head, head.head, measure))
    const byOffset = (head: (typeof heads)[number]): readonly number[] =>
      offsets.map((o) => score(head, head.head, `offset ${o}`))
    const scores: Readonly<Record<HeadRole, Float32Array>> = {
      'previous-token': named('offset -1'),
      'relative-position': each((head) => best(byOffset(head))),
      'absolute-position': each((head) => best(places.map((at) => score(head, head.head, `place ${at}`)))),
      separator: named('separator'),
      induction: named('induction'),
      copying: named('copying'),
      alignment: named('alignment'),
      'gold-alignment': named('gold-alignment'),
    }
    const offset = Int32Array.from(heads, (head) => offsets[byOffset(head).indexOf(best(byOffset(head)))] ?? 0)
    return { kind, shape: [heads.length / count, count], scores, offset }
  })
}
