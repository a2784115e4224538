/** What several tokens make up together: words, sentences. */
import type { InteractionKind } from '#compute/types.ts'
import type { Units } from './problem.ts'

/**
 * Scores of tokens [K, tokens] put together to those of units (words, sentences) [K, units]. Path methods are additive, so the
 * sum is the score of the unit; occlusion with `Problem.units` has masked each unit as a whole, and its tokens share the effect.
 */
export function sumUnits(scores: Float32Array, unitOfToken: readonly number[]): Float32Array {
  const tokens = unitOfToken.length
  const units = countUnits(unitOfToken)
  const rows = tokens === 0 ? 0 : scores.length / tokens
  const sums = new Float64Array(rows * units)
  scores.forEach((score, i) => {
    sums[Math.floor(i / tokens) * units + unitOfToken[i % tokens]!]! += score
  })
  return Float32Array.from(sums)
}

/** One numbering of the units of both sides, [source tokens + prefix tokens]: those of the source first, then those of the prefix. */
export function joinUnits({ source, prefix }: Units): readonly number[] {
  const first = countUnits(source)
  return [...source, ...(prefix ?? []).map((unit) => first + unit)]
}

/**
 * Interactions of tokens [K, S, S] put together to those of units [K, G, G]: entry [A, B] is the sum over the tokens i of A and j of B
 * of entry [i, j]. `groupedMeaning` says what that is, on the diagonal too, where it holds what the tokens of a unit do by themselves
 * and with each other. All entries together add up to the same as before.
 */
export function sumUnitPairs(interactions: Float32Array, unitOfToken: readonly number[]): Float32Array {
  const [tokens, units] = [unitOfToken.length, countUnits(unitOfToken)]
  const targets = tokens === 0 ? 0 : interactions.length / tokens ** 2
  const sums = new Float64Array(targets * units ** 2)
  interactions.forEach((value, entry) => {
    const [row, column] = [Math.floor(entry / tokens), entry % tokens]
    const unitRow = Math.floor(row / tokens) * units + unitOfToken[row % tokens]!
    sums[unitRow * units + unitOfToken[column]!]! += value
  })
  return Float32Array.from(sums)
}

/** What an entry [A, B] of summed interactions is, and one on the diagonal. */
export const groupedMeaning: Readonly<Record<InteractionKind, string>> = {
  'masked-pairs':
    '[A, B]: sum of F(all) − F(−i) − F(−j) + F(−i−j) over i in A, j in B. [A, A]: sum of F(all) − F(−i) over i in A, and of the same mixed differences over its pairs, each in both orders.',
  'integrated-hessians':
    '[A, B]: the interaction of A and B as two features. [A, A]: what A contributes by itself: its tokens alone and with each other. All entries add up to F − F₀.',
  'attention-edges':
    '[A, B]: attention attribution where tokens of A look at tokens of B. [A, A]: where tokens of A look at themselves and each other.',
}

const countUnits = (unitOfToken: readonly number[]): number =>
  unitOfToken.reduce((most, unit) => Math.max(most, unit + 1), 0)
