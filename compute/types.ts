/** Values that travel between compute, server, command line and web. Types only: importing this file runs nothing. */
import type { KnownLanguages, TokenizedText } from './text-types.ts'

export type * from './analysis-types.ts'
export type * from './projection/types.ts'
export type * from './study-types.ts'
export type * from './text-types.ts'
export type * from './task-types.ts'

/** `decoder-only` models read one sequence; `encoder-decoder` models read a source and write beside it. */
export type ModelKind = 'encoder-decoder' | 'decoder-only'

export type Device = 'cpu' | 'webgpu' | 'cuda'

/** One of the three kinds of attention. Decoder-only models have `decoder` alone. */
export type AttentionKind = 'encoder' | 'decoder' | 'cross'

/** The attention of one layer: all its heads. Layers count from 0, the encoder's and the decoder's each. */
export interface AttentionPlace {
  readonly kind: AttentionKind
  readonly layer: number
}

/** One attention head; heads count from 0. */
export interface Head extends AttentionPlace {
  readonly head: number
}

/** One token of an output and what the model thought of it. Log-probabilities and entropies are natural (nats). */
export interface OutputStep {
  readonly id: number
  readonly token: string
  readonly logProb: number
  readonly entropy: number
}

/** The likeliest next tokens at one step, best first. */
export interface Alternative {
  readonly id: number
  readonly token: string
  readonly logProb: number
}

export interface ScoredStep extends OutputStep {
  readonly alternatives: readonly Alternative[]
}

/** What decides the ids of a generated output, named as in transformers' `generation_config.json`. */
export interface GenerationOptions {
  readonly beams: number
  readonly maxNewTokens: number
  readonly minNewTokens: number
  readonly lengthPenalty: number
  readonly noRepeatNgram: number
  readonly earlyStopping: boolean | 'never'
  /** Sampling when present; greedy or beam search otherwise. */
  readonly sampling: SamplingOptions | null
}

export interface SamplingOptions {
  readonly seed: number
  readonly temperature: number
  readonly topK: number
  readonly topP: number
}

/** How the scores of an attribution are defined. Every field takes part in the key of the run. */
export interface AttributionOptions {
  readonly method: AttributionMethod
  readonly baseline: Baseline
  readonly objective: Objective
  /** Whether special tokens leave their embedding on the path too (their score is 0 otherwise). */
  readonly attributeSpecial: boolean
  /** With a token id, F is the difference of the objective to that token's: "why this, rather than that". */
  readonly contrast: number | null
  readonly quadrature: Quadrature
}

/** The methods that give one score per token. */
export type AttributionMethod = 'integrated-gradients' | 'gradient-x-input' | 'gradient-norm' | 'occlusion'

/** Where the path of integrated gradients starts, per token position. */
export type Baseline = 'zero' | 'pad' | 'unk' | 'mean' | `token:${number}`

/** F, the number that is explained. */
export type Objective = 'log-prob' | 'logit' | 'probability'

/** Either exactly this many Gauss-Legendre nodes, or as many as the completeness gap asks for. */
export type Quadrature = { readonly nodes: number } | { readonly tolerance: number }

/** One output token: `id` as read from the logits at `position`. */
export interface TargetToken {
  readonly position: number
  readonly id: number
}

/** What one F is about: an output token, or a span that ends with it. */
export interface Target extends TargetToken {
  /**
   * The tokens of a span before its last, in order of position. F is then the sum of the log-probs (or logits) of all of them,
   * or the product of their probabilities.
   */
  readonly earlier?: readonly TargetToken[]
}

/**
 * Scores of `targets.length` = K targets over n source tokens and m prefix tokens.
 * Decoder-only models have no prefix (m = 0): `source` covers the whole sequence.
 * For encoder-decoder models column j of `prefix` is decoder input j: the start token first, then output token j - 1.
 */
export interface Attribution {
  /** [K, n] */
  readonly source: Float32Array
  /** [K, m] */
  readonly prefix: Float32Array
  /** [K] F at the input. */
  readonly objective: Float32Array
  /** [K] F at the baseline. */
  readonly baselineObjective: Float32Array
  /** [K] signed completeness gap: Σ scores − (F − F₀), NaN while F₀ is not known. Only path methods promise a small one. */
  readonly gap: Float32Array
  /** [K] evaluations of the gradient spent on the target; of F in occlusion. */
  readonly nodes: Int32Array
  /** [K] 1 where |gap| ≤ tolerance · max(|F − F₀|, 0.1 nats). */
  readonly converged: Uint8Array
}

/** Part of an attribution while it is being refined: the same fields, for the targets listed. */
export interface PartialAttribution extends Attribution {
  /** Indices into the targets of the run. */
  readonly targets: readonly number[]
}

/** What a checkpoint is, as `coattend inspect` and the interface show it. */
export interface CheckpointSummary {
  readonly architecture: string
  readonly kind: ModelKind
  /** Hash of the files that decide the numbers; part of every run key. */
  readonly revision: string
  readonly parameters: number
  readonly vocabulary: number
  readonly width: number
  readonly layers: { readonly encoder: number; readonly decoder: number }
  readonly heads: { readonly encoder: number; readonly decoder: number }
  /** Longest input in tokens; null where positions have no end. */
  readonly maxTokens: number | null
  readonly tokenizer: string | null
  /** Languages of a multilingual translator, and those in force where nobody names others; null for all other models. */
  readonly languages: KnownLanguages | null
  readonly baselines: readonly Baseline[]
}

/** How far a piece of work is. */
export interface Progress {
  readonly stage: string
  readonly done: number
  readonly total: number
  /** Whether `done` of `total` counts the whole work and not its stage alone: its rate then lasts from stage to stage. */
  readonly whole?: true
}

/** What a model wrote for a text, with what it thought of each token. */
export interface ModelOutput {
  readonly source: TokenizedText
  /** The output as tokens of `text` (the end token included, with offsets at the end of the text). */
  readonly output: TokenizedText
  readonly text: string
  readonly steps: readonly ScoredStep[]
  readonly states: OutputStates | null
}

/** What came of one of many texts: an output, or what is wrong with the text itself. */
export type AnsweredText =
  { readonly index: number; readonly output: ModelOutput } | { readonly index: number; readonly problem: string }

/** Texts that were answered since the last time. */
export interface PartialOutputs {
  readonly answers: readonly AnsweredText[]
}

/** Hidden states, l = 0 … layers: the embedding output first, the last one after the final norm. */
export interface OutputStates {
  /** [layers + 1, width] mean over the source tokens: encoder states, or those of the prompt in a decoder-only model. */
  readonly source: Float32Array
  /** [layers + 1, steps, width] the states the output tokens were read from. */
  readonly steps: Float32Array
}
