/** Interactions of pairs of masked tokens: exact, whatever the activation, and without a gradient. */
import type { Progress } from '#compute/types.ts'
import { makeInteractionBoard } from './interactions.ts'
import type { InteractionBoard, InteractionStep, InteractionSteps } from './interactions.ts'
import { evaluateMasks } from './mask-runs.ts'
import type { Mask, Masking } from './masking.ts'
import { nextTargets } from './turns.ts'

/** Targets that share the forward pass of each mask. */
const targetsPerChunk = 16

/** A chunk is told in so many parts, each at least one run. */
const partsTold = 20

/**
 * F(all) − F(−i) − F(−j) + F(−i−j) off the diagonal, the discrete mixed difference (Grabisch and Roubens 1999 at the full set);
 * F(all) − F(−i) on it. "−i" replaces the embedding of token i by the baseline's. Special tokens that stay have zeros. Pairs of the
 * tokens that change F most by themselves come first; in what is told on the way, the others are NaN.
 */
export async function* maskedPairs(masking: Masking, focus: () => number | null): InteractionSteps {
  const { problem } = masking
  const board = makeInteractionBoard(masking, null)
  const open = new Set(problem.targets.keys())
  let counted = 0
  while (open.size > 0) {
    const targets = nextTargets(problem, open, focus(), targetsPerChunk)
    for (const target of targets) open.delete(target)
    const total = counted + masksOf(masking, targets) + masksOfOthers(masking, open)
    counted += yield* maskChunk(masking, board, targets, { done: counted, total })
  }
  return board.whole()
}

/** Masks of a chunk: none, all, each place, each two. */
function masksOf(masking: Masking, targets: readonly number[]): number {
  const { length } = masking.maskable(targets.at(-1)!)
  return 2 + length + (length * (length - 1)) / 2
}

/** What the chunks after this one will need. */
function masksOfOthers(masking: Masking, open: ReadonlySet<number>): number {
  let [sum, rest] = [0, open]
  while (rest.size > 0) {
    const targets = nextTargets(masking.problem, rest, null, targetsPerChunk)
    sum += masksOf(masking, targets)
    rest = new Set([...rest].filter((target) => !targets.includes(target)))
  }
  return sum
}

/** A few targets together; gives the number of masks it took. */
async function* maskChunk(
  masking: Masking,
  board: InteractionBoard,
  targets: readonly number[],
  { done, total }: Pick<Progress, 'done' | 'total'>,
): AsyncGenerator<InteractionStep, number> {
  const places = masking.maskable(targets.at(-1)!)
  const singles: readonly Mask[] = [[], places, ...places.map((place) => [place])]
  const progressAt = (found: number): Progress => ({ stage: 'masks run', done: done + found, total })
  const single = yield* evaluateMasks(masking, targets, singles, progressAt)
  const pairs = pairsOf(places, single)
  const masks = singles.length + pairs.length
  const found: Float64Array[] = []
  const tell = (): void =>
    targets.forEach((target, k) => {
      const [objective, baselineObjective] = [single[0]![k]!, single[1]![k]!]
      const matrix = mixedDifferences(masking.tokens, places, pairs, { single, found, k })
      board.put(target, { matrix, objective, baselineObjective, gap: NaN, nodes: masks, converged: isWhole() })
    })
  const isWhole = (): boolean => found.length === pairs.length
  const part = Math.max(masking.masksPerRun(targets.length), Math.ceil(pairs.length / partsTold))
  do {
    const some = pairs.slice(found.length, found.length + part)
    const before = singles.length + found.length
    found.push(...(yield* evaluateMasks(masking, targets, some, (count) => progressAt(before + count))))
    tell()
    yield { progress: progressAt(singles.length + found.length), partial: board.partial(targets) }
  } while (!isWhole())
  return masks
}

/** Every two places: first those of the two that change F most by themselves, then those with the third, and so on. */
function pairsOf(places: readonly number[], single: readonly Float64Array[]): readonly (readonly [number, number])[] {
  const [all] = single as readonly [Float64Array]
  const size = places.map((_, a) => single[2 + a]!.reduce((sum, value, k) => sum + Math.abs(all[k]! - value), 0))
  const order = [...places.keys()].toSorted((a, b) => size[b]! - size[a]! || a - b).map((a) => places[a]!)
  return order.flatMap((j, b) => order.slice(0, b).map((i) => [i, j] as const))
}

interface Values {
  /** F under: no mask, all, each place alone; [mask][target]. */
  readonly single: readonly Float64Array[]
  /** F under the pairs found so far. */
  readonly found: readonly Float64Array[]
  readonly k: number
}

/** [S, S]; NaN for pairs of these places that are not found yet. */
function mixedDifferences(
  tokens: number,
  places: readonly number[],
  pairs: readonly (readonly [number, number])[],
  { single, found, k }: Values,
): Float64Array {
  const matrix = new Float64Array(tokens * tokens)
  const all = single[0]![k]!
  const without = new Map(places.map((place, a) => [place, single[2 + a]![k]!]))
  for (const [place, value] of without) matrix[place * tokens + place] = all - value
  pairs.forEach(([i, j], at) => {
    const both = found[at]?.[k] ?? NaN
    const mixed = all - without.get(i)! - without.get(j)! + both
    matrix[i * tokens + j] = mixed
    matrix[j * tokens + i] = mixed
  })
  return matrix
}
