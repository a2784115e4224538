/** Values that travel between compute, server, command line and web. Types only: importing this file runs nothing. */
import type { LayoutSnapshot, ProjectTask, Projection } from './projection/types.ts'
import type { KnownLanguages, Languages, TokenizedText } from './text-types.ts'

export type * from './projection/types.ts'
export type * from './text-types.ts'

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

/** The methods that a workspace offers. */
export type AttributionMethod = 'integrated-gradients' | 'gradient-x-input'

/** Every method that gives one score per token. */
export type ScoreMethod = AttributionMethod | 'gradient-norm' | 'occlusion'

/** The same for every such method. */
export interface ScoreOptions extends Omit<AttributionOptions, 'method'> {
  readonly method: ScoreMethod
}

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

/** How an attention attribution is defined. Every field takes part in the key of the run. */
export interface AttentionOptions {
  readonly objective: Objective
  /** As in `AttributionOptions`. */
  readonly contrast: number | null
  readonly quadrature: Quadrature
  /** The kinds of attention that are wanted; null for all the model has. */
  readonly kinds: readonly AttentionKind[] | null
}

/**
 * Attention attribution of one layer and kind, for K targets. Queries and keys count from the start of their side; for
 * encoder-decoder models query i of `decoder` and `cross` is decoder input i, the start token first.
 */
export interface LayerAttribution extends AttentionPlace {
  /** [K, heads, query, key] row-major, with these sizes; 0 where a target cannot depend on the entry. */
  readonly attribution: Float32Array
  readonly shape: readonly [targets: number, heads: number, queries: number, keys: number]
  /** [K] F with the attention of this layer and kind at zero. */
  readonly baselineObjective: Float32Array
  /** [K] signed completeness gap: Σ attribution − (F(A) − F(0)). */
  readonly gap: Float32Array
  /** [K] gradient evaluations spent on the target. */
  readonly nodes: Int32Array
  /** [K] 1 where |gap| ≤ tolerance · max(|F(A) − F(0)|, 0.1 nats). */
  readonly converged: Uint8Array
}

/** Part of an attention attribution: one layer and kind, for the targets listed. */
export interface PartialLayerAttribution extends LayerAttribution {
  /** Indices into the targets of the run. */
  readonly targets: readonly number[]
}

/** Attention attribution of all layers and kinds that were asked for, with all targets in order. */
export interface AttentionAttribution {
  /** [K] F at the input. */
  readonly objective: Float32Array
  readonly layers: readonly LayerAttribution[]
  readonly importance: readonly HeadImportance[]
}

/** Importance of the heads of one kind: the mean over targets of the largest (signed) entry of a head's attribution. */
export interface HeadImportance {
  readonly kind: AttentionKind
  /** [layers, heads] */
  readonly importance: Float32Array
  readonly shape: readonly [layers: number, heads: number]
}

/**
 * How pairs of tokens act together. `masked-pairs`: F(all) − F(−i) − F(−j) + F(−i−j), and F(all) − F(−i) on the diagonal.
 * `integrated-hessians`: Janizek et al. 2021. `attention-edges`: attention attribution summed over heads, layers and kinds.
 */
export type InteractionKind = 'masked-pairs' | 'integrated-hessians' | 'attention-edges'

/** How interactions are defined. */
export interface InteractionOptions extends Omit<AttributionOptions, 'method'> {
  readonly kind: InteractionKind
}

/** Interactions of K targets between S tokens: those of the source, then those of the prefix. */
export interface Interactions {
  /** [K, S, S] */
  readonly interactions: Float32Array
  /** [K] F at the input. */
  readonly objective: Float32Array
  /** [K] F at the baseline; NaN for attention edges, which have none. */
  readonly baselineObjective: Float32Array
  /** [K] signed: Σ interactions − what they should add up to. Masked pairs promise no sum: NaN. */
  readonly gap: Float32Array
  /** [K] evaluations spent on the target: of second derivatives, of masks, of gradients by attention. */
  readonly nodes: Int32Array
  /** [K] 1 where the gap is within the tolerance and more nodes change no entry; masked pairs are exact. */
  readonly converged: Uint8Array
  /** What a reader must know to trust them; null where nothing stands against it. */
  readonly caution: string | null
}

/** Interactions of the targets listed, as far as they are known. */
export interface PartialInteractions extends Interactions {
  /** Indices into the targets of the run. */
  readonly targets: readonly number[]
}

/** Scores of K targets over n source tokens and m prefix tokens (m = 0 for decoder-only models). */
export interface TokenShares {
  /** [K, n] */
  readonly source: Float32Array
  /** [K, m] */
  readonly prefix: Float32Array
}

/** What attention alone says of K targets: how much their rows look at each token. It explains no F. */
export interface AttentionFlow {
  /** Attention rollout (Abnar and Zuidema 2020); source and prefix of a target add up to 1. */
  readonly rollout: TokenShares
  /** Weights averaged over layers and heads; source and prefix add up to 1 each. */
  readonly mean: TokenShares
  /** The rows of the targets, as they are. */
  readonly weights: readonly TargetWeights[]
}

export interface TargetWeights extends AttentionPlace {
  /** [K, heads, key] */
  readonly weights: Float32Array
  readonly shape: readonly [targets: number, heads: number, keys: number]
}

/** How the effect of heads is measured. */
export interface HeadAblationOptions extends Pick<AttentionOptions, 'objective' | 'contrast'> {
  /** What takes the place of a head's output at every position: zero, or its mean over the positions of the text. */
  readonly value: 'zero' | 'mean'
}

/** F of K targets with all heads and without some. */
export interface AblatedObjective {
  readonly objective: Float32Array
  readonly ablated: Float32Array
}

/** What each head of one kind is worth, measured: F without it less F, for K targets. */
export interface HeadEffects {
  readonly kind: AttentionKind
  /** [K, layers, heads] */
  readonly effect: Float32Array
  readonly shape: readonly [targets: number, layers: number, heads: number]
}

/**
 * What every layer of the decoder would write at K output tokens, l = 0 … L: the embedding output first, the last one the model
 * itself. Log-probs and entropies in nats.
 */
export interface LogitLens {
  /** L + 1 */
  readonly layers: number
  /** How many tokens of each layer are listed. */
  readonly count: number
  /** [K, layers, count] the likeliest tokens, best first. */
  readonly ids: Int32Array
  readonly logProbs: Float32Array
  /** [K, layers] */
  readonly entropies: Float32Array
  /** [K, layers] of the output token that stands there. */
  readonly targetLogProbs: Float32Array
  /** [K, layers] 1 for the likeliest. */
  readonly targetRanks: Int32Array
}

/** How scores are put to the test. */
export interface FaithfulnessOptions {
  /** Shares of the tokens that are masked, rising, each above 0 and up to 1. */
  readonly fractions: readonly number[]
  /** Random orders to compare with. */
  readonly controls: number
  readonly seed: number
}

/** What happens to F when tokens are masked in one order: [steps] drops of F, and their mean with the empty step. */
export interface MaskingCurve {
  /** F(all) − F(without the first tokens): large where the order is right. */
  readonly comprehensiveness: readonly number[]
  /** F(all) − F(the first tokens alone): small where the order is right. */
  readonly sufficiency: readonly number[]
  readonly aopc: { readonly comprehensiveness: number; readonly sufficiency: number }
}

/** The test of one target's scores, beside the reversed and random orders. */
export interface FaithfulnessRow {
  readonly objective: number
  readonly baselineObjective: number
  /** Σ scores − (F − F₀). */
  readonly gap: number
  readonly scores: MaskingCurve
  readonly reversed: MaskingCurve
  readonly random: readonly MaskingCurve[]
}

export interface Faithfulness extends FaithfulnessOptions {
  /** One per target. */
  readonly rows: readonly FaithfulnessRow[]
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

/** Hidden states, l = 0 … layers: the embedding output first, the last one after the final norm. */
export interface OutputStates {
  /** [layers + 1, width] mean over the source tokens: encoder states, or those of the prompt in a decoder-only model. */
  readonly source: Float32Array
  /** [layers + 1, steps, width] the states the output tokens were read from. */
  readonly steps: Float32Array
}

/** Work for a compute process. */
export type Task = CheckpointTask | ProjectTask

/** Work on a checkpoint, which is a folder. */
export type CheckpointTask =
  | { readonly kind: 'inspect'; readonly checkpoint: string }
  /** Opens a checkpoint and compiles what the first question about it will need. */
  | { readonly kind: 'prepare'; readonly checkpoint: string }
  | {
      readonly kind: 'tokenize'
      readonly checkpoint: string
      readonly text: string
      readonly languages?: Languages
    }
  | {
      readonly kind: 'respond'
      readonly checkpoint: string
      readonly text: string
      /** null: greedy, with the limits of the checkpoint's generation_config.json. */
      readonly generation: GenerationOptions | null
      readonly alternatives: number
      readonly states: boolean
      readonly languages?: Languages
    }
  | {
      readonly kind: 'attribute'
      readonly checkpoint: string
      readonly source: readonly number[]
      /** Every token of it becomes a target. */
      readonly output: readonly number[]
      readonly options: ScoreOptions
      /** Index of the output token somebody is waiting for. */
      readonly focus: number | null
      /** Targets that an earlier attempt finished: they are not computed again. */
      readonly finished: PartialAttribution | null
    }
  /** Attention attribution; every token of `output` becomes a target. */
  | {
      readonly kind: 'attend'
      readonly checkpoint: string
      readonly source: readonly number[]
      readonly output: readonly number[]
      readonly options: AttentionOptions
      readonly focus: number | null
      /** Layers, kinds and targets that an earlier attempt finished. */
      readonly finished: readonly PartialLayerAttribution[]
    }
  /** F of every token of `output` without these heads together. */
  | {
      readonly kind: 'ablate'
      readonly checkpoint: string
      readonly source: readonly number[]
      readonly output: readonly number[]
      readonly heads: readonly Head[]
      readonly options: HeadAblationOptions
    }
  /** The same without each head by itself. */
  | {
      readonly kind: 'head-effects'
      readonly checkpoint: string
      readonly source: readonly number[]
      readonly output: readonly number[]
      readonly options: HeadAblationOptions
    }

export interface TaskResults {
  readonly inspect: CheckpointSummary
  readonly prepare: null
  readonly tokenize: TokenizedText
  readonly respond: ModelOutput
  readonly attribute: Attribution
  readonly attend: AttentionAttribution
  readonly ablate: AblatedObjective
  readonly 'head-effects': readonly HeadEffects[]
  readonly project: Projection
}

/** What is told of a task before its end; kinds that do not stand here tell their progress alone. */
export interface TaskPartials {
  readonly attribute: PartialAttribution
  readonly attend: PartialLayerAttribution
  /** Some ten times a second. */
  readonly project: LayoutSnapshot
}

export type TaskPartial = TaskPartials[keyof TaskPartials]

/** A task under way. */
export interface RunningTask<Result> {
  readonly result: Promise<Result>
  /** Moves the output token somebody waits for to the front. */
  focus(target: number): void
  /** Takes effect at the end of the run in flight, else by ending the process; `result` rejects with kind `cancelled`. */
  cancel(): void
}

export interface TaskListener<Partial = TaskPartial> {
  progress?(progress: Progress): void
  partial?(partial: Partial): void
}

/** Compute processes. Interactive tasks overtake background tasks between two steps of either. */
export interface ComputePool {
  readonly device: { readonly name: Device; readonly reason: string }
  run<K extends Task['kind']>(
    task: Extract<Task, { kind: K }>,
    priority: 'interactive' | 'background',
    listener?: TaskListener<K extends keyof TaskPartials ? TaskPartials[K] : never>,
  ): RunningTask<TaskResults[K]>
  close(): Promise<void>
}
