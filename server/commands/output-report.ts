/** What a model wrote, as `generate` and `evaluate` report it. */
import type { TokenizedText } from '#compute/types.ts'
import type { Source } from './source.ts'

export interface ReportedStep {
  readonly id: number
  readonly token: string | null
  readonly logProb: number
  readonly entropy: number
}

export interface ReportedOutput {
  readonly ids: readonly number[]
  /** null without a tokenizer. */
  readonly text: string | null
  /** What the chat template made of a conversation. */
  readonly prompt?: string
  readonly steps: readonly ReportedStep[]
}

/** Names the tokens of an output and puts what the model thought of each beside it. */
export function describeOutput(
  { tokenizer, read }: Source,
  written: readonly number[],
  { steps }: { readonly steps: readonly Omit<ReportedStep, 'token'>[] },
): ReportedOutput {
  return {
    ids: written,
    text: tokenizer === null ? null : tokenizer.decode(written),
    ...(read?.messages ? { prompt: read.text } : {}),
    steps: steps.map(({ id, logProb, entropy }) => ({ id, token: tokenizer?.token(id) ?? null, logProb, entropy })),
  }
}

/** Where each token of an output stands in its text, in UTF-16 units; null without a tokenizer. */
export const placeTokens = ({ tokenizer }: Source, written: readonly number[]): TokenizedText['offsets'] | null =>
  tokenizer === null ? null : tokenizer.describe(written).tokens.offsets
