/** Occlusion (Zeiler and Fergus 2014; for words Li, Monroe and Jurafsky 2016, "Understanding Neural Networks through Representation Erasure"). */
import { evaluateMasks } from './mask-runs.ts'
import type { Mask, Masking } from './masking.ts'
import type { Control, Steps } from './method.ts'
import { makeBoard } from './scores.ts'
import { nextTargets } from './turns.ts'

/** Targets that share the forward pass of each mask. */
const targetsPerChunk = 16

/**
 * F(all) − F(without i), where "without" replaces the embedding of token i by the baseline's: its position and every other
 * token stay. Where the problem groups tokens into units, a unit is replaced as a whole, and its score shared equally by its
 * tokens. The effects of single tokens need not add up; the gap says how far their sum is from F(all) − F(none).
 */
export async function* occlusion(masking: Masking, { focus, finished }: Control): Steps {
  const { problem, tokens } = masking
  const board = makeBoard(masking)
  if (finished !== null) board.adopt(finished)
  const total = problem.targets.length
  const open = new Set(problem.targets.keys())
  finished?.targets.forEach((target) => open.delete(target))
  while (open.size > 0) {
    const targets = nextTargets(problem, open, focus(), targetsPerChunk)
    const places = masking.maskable(targets.at(-1)!)
    const units = unitsOf(masking, places)
    const masks: readonly Mask[] = [[], places, ...units]
    const outputs = { done: total - open.size, total }
    const found = yield* evaluateMasks(masking, targets, masks, (count) => ({
      stage: `masks ${count} of ${masks.length}`,
      ...outputs,
    }))
    targets.forEach((target, k) => {
      const [objective, baselineObjective] = [found[0]![k]!, found[1]![k]!]
      const scores = new Float64Array(tokens)
      const visible = new Set(masking.maskable(target))
      units.forEach((unit, u) => {
        const seen = unit.filter((place) => visible.has(place))
        for (const place of seen) scores[place] = (objective - found[u + 2]![k]!) / seen.length
      })
      board.put(target, { scores, objective, baselineObjective, nodes: masks.length, converged: false })
      open.delete(target)
    })
    const progress = { stage: 'outputs attributed', done: total - open.size, total }
    yield { progress, partial: board.partial(targets) }
  }
  return board.whole()
}

/** What is replaced together: single tokens, or the tokens of one unit on one side. */
function unitsOf({ problem: { source, units } }: Masking, places: readonly number[]): readonly Mask[] {
  if (units === undefined) return places.map((place) => [place])
  const found = new Map<string, number[]>()
  for (const place of places) {
    const isSource = place < source.length
    const unit = isSource ? units.source[place]! : units.prefix![place - source.length]!
    const key = `${isSource ? 'source' : 'prefix'} ${unit}`
    found.set(key, [...(found.get(key) ?? []), place])
  }
  return [...found.values()]
}
