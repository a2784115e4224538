/** Interactions of pairs of masked tokens: exact, whatever the activation, and without a gradient. */
import { makeInteractionBoard } from './interactions.ts'
import type { InteractionSteps } from './interactions.ts'
import { evaluateMasks } from './mask-runs.ts'
import type { Mask, Masking } from './masking.ts'
import { nextTargets } from './turns.ts'

/** Targets that share the forward pass of each mask. */
const targetsPerChunk = 16

/**
 * F(all) − F(−i) − F(−j) + F(−i−j) off the diagonal, the discrete mixed difference (Grabisch and Roubens 1999 at the full set);
 * F(all) − F(−i) on it. "−i" replaces the embedding of token i by the baseline's. Special tokens that stay have zeros.
 */
export async function* maskedPairs(masking: Masking, focus: () => number | null): InteractionSteps {
  const { problem, tokens } = masking
  const board = makeInteractionBoard(masking, null)
  const total = problem.targets.length
  const open = new Set(problem.targets.keys())
  while (open.size > 0) {
    const targets = nextTargets(problem, open, focus(), targetsPerChunk)
    const places = masking.maskable(targets.at(-1)!)
    const pairs = places.flatMap((i, a) => places.slice(a + 1).map((j): Mask => [i, j]))
    const masks: readonly Mask[] = [[], places, ...places.map((place) => [place]), ...pairs]
    const found = yield* evaluateMasks(masking, targets, masks, { done: total - open.size, total })
    targets.forEach((target, k) => {
      const values = found.map((row) => row[k]!)
      const matrix = mixedDifferences(tokens, places, values)
      const [objective, baselineObjective] = [values[0]!, values[1]!]
      board.put(target, { matrix, objective, baselineObjective, gap: NaN, nodes: masks.length, converged: true })
      open.delete(target)
    })
    const progress = { stage: 'outputs attributed', done: total - open.size, total }
    yield { progress, partial: board.partial(targets) }
  }
  return board.whole()
}

/** [S, S] out of F under: no mask, all, each place alone, each pair i < j in order. */
function mixedDifferences(tokens: number, places: readonly number[], values: readonly number[]): Float64Array {
  const matrix = new Float64Array(tokens * tokens)
  const [all] = values as readonly [number]
  const without = (a: number): number => values[2 + a]!
  let next = 2 + places.length
  places.forEach((i, a) => {
    matrix[i * tokens + i] = all - without(a)
    for (let b = a + 1; b < places.length; b++) {
      const j = places[b]!
      const mixed = all - without(a) - without(b) + values[next++]!
      matrix[i * tokens + j] = mixed
      matrix[j * tokens + i] = mixed
    }
  })
  return matrix
}
