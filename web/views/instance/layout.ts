/** Which column of an attribution belongs to which token on screen, and the sums that the lanes show. */
import type { ModelKind } from '#compute/types.ts'
import type { TokenChoice } from '#collab/wire/document.ts'
import type { Scores } from '#web/state/scores.ts'

/** The sizes of one instance. */
export interface Layout {
  readonly kind: ModelKind
  /** Tokens of the source lane. */
  readonly source: number
  /** Tokens of the output lane. */
  readonly output: number
}

/** What reaches one output token, or a span of them. `null`: the token comes too late to have taken part. */
export interface Reaching {
  readonly source: readonly (number | null)[]
  readonly output: readonly (number | null)[]
  /** The decoder's start token, which stands in no lane; 0 for decoder-only models. */
  readonly start: number
  /** What the tokens of a span gave to later ones of the same span. */
  readonly inside: number
}

/** First and last index of a choice. */
export function spanOf(choice: TokenChoice): readonly [first: number, last: number] {
  const last = choice.last ?? choice.index
  return [Math.min(choice.index, last), Math.max(choice.index, last)]
}

/** The score of a source token for target k. */
function fromSource(scores: Scores, target: number, token: number): number {
  return scores.source[target * scores.sourceWidth + token] ?? 0
}

/**
 * The score of output token j for target k. An encoder-decoder model reads it as decoder input j + 1 (the start token comes
 * first); a decoder-only model reads prompt and output as one sequence.
 */
function fromOutput(scores: Scores, layout: Layout, target: number, token: number): number {
  if (layout.kind === 'decoder-only') return fromSource(scores, target, layout.source + token)
  return scores.prefix[target * scores.prefixWidth + token + 1] ?? 0
}

function fromStart(scores: Scores, layout: Layout, target: number): number {
  return layout.kind === 'decoder-only' ? 0 : (scores.prefix[target * scores.prefixWidth] ?? 0)
}

/** Contributions to the output tokens first … last together; null while one of them has not been computed. */
export function reaching(scores: Scores, layout: Layout, first: number, last: number): Reaching | null {
  const targets = range(first, Math.min(last, layout.output - 1))
  if (targets.length === 0 || targets.some((target) => scores.known[target] !== 1)) return null
  const sum = (term: (target: number) => number): number => targets.reduce((total, target) => total + term(target), 0)
  return {
    source: range(0, layout.source - 1).map((token) => sum((target) => fromSource(scores, target, token))),
    output: range(0, layout.output - 1).map((token) =>
      token >= first ? null : sum((target) => fromOutput(scores, layout, target, token)),
    ),
    start: sum((target) => fromStart(scores, layout, target)),
    inside: sum((target) =>
      range(first, target - 1).reduce((total, token) => total + fromOutput(scores, layout, target, token), 0),
    ),
  }
}

/** The same read the other way: what each output token drew on the tokens of a choice. Null where it did not, or is unknown. */
export function drawnOn(scores: Scores, layout: Layout, choice: TokenChoice): readonly (number | null)[] {
  const [first, last] = spanOf(choice)
  const tokens = range(first, last)
  return range(0, layout.output - 1).map((target) => {
    if (scores.known[target] !== 1) return null
    if (choice.side === 'output' && target <= last) return null
    return tokens.reduce((total, token) => {
      const term =
        choice.side === 'source' ? fromSource(scores, target, token) : fromOutput(scores, layout, target, token)
      return total + term
    }, 0)
  })
}

/** The number of each token's group, where tokens are read as words or sentences. */
export type Groups = Readonly<Record<TokenChoice['side'], readonly number[]>>

/**
 * Every contribution of the instance that is not zero by construction, summed within groups where there are any: the sample that
 * decides the colour scale. Once some targets are more than a first impression, those alone count: single gradients of a sure
 * model are near zero and would shrink the scale.
 */
export function* everyContribution(scores: Scores, layout: Layout, groups: Groups | null = null): Generator<number> {
  const refined = scores.nodes.some((nodes) => nodes > 1)
  for (let target = 0; target < layout.output; target++) {
    if (scores.known[target] !== 1 || (refined && scores.nodes[target]! <= 1)) continue // one entry a target
    const source = (token: number): number => fromSource(scores, target, token)
    const output = (token: number): number => fromOutput(scores, layout, target, token)
    yield* grouped(source, layout.source, groups?.source ?? null)
    yield* grouped(output, target, groups?.output ?? null)
  }
}

/** The values of the tokens before `end`, one for each run of tokens of the same group. */
function* grouped(value: (token: number) => number, end: number, groups: readonly number[] | null): Generator<number> {
  let sum = 0
  for (let token = 0; token < end; token++) {
    sum += value(token)
    if (groups !== null && token + 1 < end && groups[token] === groups[token + 1]) continue
    yield sum
    sum = 0
  }
}

/** The numbers of the targets first … last together: F, F₀, the gap, and whether all of them converged. */
export function sumsOf(scores: Scores, first: number, last: number): Sums {
  const targets = range(first, Math.min(last, scores.targets - 1))
  const sum = (values: Float32Array): number => targets.reduce((total, target) => total + (values[target] ?? 0), 0)
  const change = sum(scores.objective) - sum(scores.baselineObjective)
  return {
    objective: sum(scores.objective),
    change,
    gap: sum(scores.gap),
    share: Math.abs(sum(scores.gap)) / Math.max(Math.abs(change), 0.1),
    nodes: Math.max(0, ...targets.map((target) => scores.nodes[target] ?? 0)),
    converged: targets.every((target) => scores.converged[target] === 1),
  }
}

export interface Sums {
  readonly objective: number
  /** F − F₀. */
  readonly change: number
  /** NaN where the method promises no completeness. */
  readonly gap: number
  /** |gap| as a share of the change, which counts as at least 0.1 nats. */
  readonly share: number
  readonly nodes: number
  readonly converged: boolean
}

const range = (first: number, last: number): number[] =>
  Array.from({ length: Math.max(0, last - first + 1) }, (_, offset) => first + offset)
