/** What attention says of the tokens in the lanes: rows and columns of its weights, put onto source and output. Pure. */
import type { Head, ModelKind } from '#compute/types.ts'
import type { TokenChoice } from '#collab/wire/document.ts'
import type { Tensor } from '#web/api/safetensors.ts'
import type { Layout } from './layout.ts'
import { spanOf } from './layout.ts'

/** A weight for each token of a lane, from 0 to 1; null for tokens that the question does not reach, or for the whole lane. */
export interface Looking {
  readonly source: readonly (number | null)[] | null
  readonly output: readonly (number | null)[] | null
}

/** The weights of one step: what writing output token k looked at. */
interface StepWeights {
  source(step: number, token: number): number | null
  /** Output token j < k. */
  output(step: number, token: number): number | null
}

/** Whether a head looks from where the choice stands; otherwise why not. */
export function whyNotLooking(kind: ModelKind, head: Head, side: TokenChoice['side']): string | null {
  if (kind === 'decoder-only' || head.kind === 'cross') return null
  if (head.kind === 'encoder')
    return side === 'source' ? null : 'looks from the source to the source: click a source token'
  return side === 'output' ? null : 'looks at earlier output, not at the source'
}

/** One head of a layer's weights [heads, queries, keys]; null where the tensor is of another text. */
export function headLooking(weights: Tensor, head: Head, layout: Layout, choice: TokenChoice): Looking | null {
  const [heads = 0, queries = 0, keys = 0] = weights.shape
  if (head.head >= heads || weights.data.length !== heads * queries * keys) return null
  const at = (query: number, key: number): number | null =>
    query < queries && key < keys ? (weights.data[(head.head * queries + query) * keys + key] ?? null) : null
  if (head.kind === 'encoder')
    return choice.side === 'source' ? { source: fromSource(at, layout, choice), output: null } : null
  return lookingOf(
    stepsOfHead(at, head, layout),
    layout,
    choice,
    head.kind !== 'decoder' || layout.kind === 'decoder-only',
  )
}

/** All heads together: shares of the source [K, n] and the prefix [K, m], as `TokenShares` of compute has them. */
export function flowLooking(source: Tensor, prefix: Tensor, layout: Layout, choice: TokenChoice): Looking | null {
  const read = (tensor: Tensor, step: number, column: number): number | null =>
    tensor.data[step * (tensor.shape[1] ?? 0) + column] ?? null
  if (source.shape[0] !== layout.output || (source.shape[1] ?? 0) < layout.source) return null
  const together = layout.kind === 'decoder-only'
  const steps: StepWeights = {
    source: (step, token) => read(source, step, token),
    output: (step, token) => (together ? read(source, step, layout.source + token) : read(prefix, step, token + 1)),
  }
  return lookingOf(steps, layout, choice, true)
}

/** Query i of an encoder-decoder model writes output i; a decoder-only model writes it from the token before. */
function stepsOfHead(at: (query: number, key: number) => number | null, head: Head, layout: Layout): StepWeights {
  if (layout.kind === 'decoder-only') {
    const query = (step: number): number => layout.source + step - 1
    return {
      source: (step, token) => at(query(step), token),
      output: (step, token) => at(query(step), layout.source + token),
    }
  }
  if (head.kind === 'cross') return { source: at, output: () => null }
  return { source: () => null, output: (step, token) => at(step, token + 1) }
}

/** For an output: the mean over the steps of the span. For a source: what each step gave to all tokens of the choice. */
function lookingOf(steps: StepWeights, layout: Layout, choice: TokenChoice, looksAtSource: boolean): Looking {
  const [first, last] = spanOf(choice)
  if (choice.side === 'source') {
    const drawn = range(layout.output).map((step) => sumOf(span(first, last).map((token) => steps.source(step, token))))
    return { source: null, output: looksAtSource ? drawn : null }
  }
  const chosen = span(first, Math.min(last, layout.output - 1))
  const mean = (of: (step: number) => number | null): number | null => {
    const sum = sumOf(chosen.map(of))
    return sum === null ? null : sum / chosen.length
  }
  const output = range(layout.output).map((token) =>
    token >= first ? null : mean((step) => steps.output(step, token)),
  )
  return {
    source: looksAtSource ? range(layout.source).map((token) => mean((step) => steps.source(step, token))) : null,
    output: output.some((value) => value !== null) ? output : null,
  }
}

/** Encoder self-attention: the mean row of the chosen source tokens. */
function fromSource(
  at: (query: number, key: number) => number | null,
  layout: Layout,
  choice: TokenChoice,
): readonly (number | null)[] {
  const queries = span(...spanOf(choice))
  return range(layout.source).map((key) => {
    const sum = sumOf(queries.map((query) => at(query, key)))
    return sum === null ? null : sum / queries.length
  })
}

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index)
const span = (first: number, last: number): number[] => range(last - first + 1).map((offset) => first + offset)

/** Null where nothing is known. */
function sumOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0)
}
