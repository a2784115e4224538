/** What analyses find, and how they are defined; told to everybody by `types.ts`. Types only. */
import type { AttentionKind, AttentionPlace, AttributionOptions, Objective, Quadrature } from './types.ts'

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
  /** [K, heads] the largest (signed) entry of each head's matrix: its importance for the target. */
  readonly maxima: Float32Array
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

/** Importance of heads for K output tokens, each by itself: the largest (signed) entry of a head's attribution. */
export interface TargetImportance {
  /** [K] F at the input. */
  readonly objective: Float32Array
  readonly importance: readonly {
    readonly kind: AttentionKind
    /** [K, layers, heads] */
    readonly importance: Float32Array
    readonly shape: readonly [targets: number, layers: number, heads: number]
  }[]
}

/** Importance as far as it is known: NaN where a layer has not been looked at for an output token yet. */
export type PartialImportance = Pick<TargetImportance, 'importance'>

/** Attention of one layer. Queries and keys as in `LayerAttribution`. */
export interface AttentionWeights {
  /** [heads, query, key] */
  readonly weights: Float32Array
  readonly shape: readonly [heads: number, queries: number, keys: number]
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

/** What a head may do; definitions in `compute/ablation/role-scores.ts`, `copying.ts` and `gold-alignment.ts`. */
export type HeadRole =
  | 'previous-token'
  | 'relative-position'
  | 'absolute-position'
  | 'separator'
  | 'induction'
  | 'copying'
  | 'alignment'
  | 'gold-alignment'

/** Scores of the heads of one kind, [layers, heads] in [0, 1]; NaN where a role cannot be told. */
export interface HeadRoles {
  readonly kind: AttentionKind
  readonly shape: readonly [layers: number, heads: number]
  readonly scores: Readonly<Record<HeadRole, Float32Array>>
  /** The offset (key − query) that `relative-position` is the mean mass of. */
  readonly offset: Int32Array
}

/** Where the heads of one kind look in one text: means over queries, [layers, heads]. */
export interface HeadMeasures {
  readonly kind: AttentionKind
  readonly shape: readonly [layers: number, heads: number]
  /** −Σ a ln a of a query's weights, nats: 0 where it looks at one key alone. */
  readonly entropy: Float32Array
  /** Σ a |query − key|, tokens; NaN for cross attention, whose sides count different texts. */
  readonly distance: Float32Array
  /** The largest weight of a query (Voita et al. 2019, here with special tokens). */
  readonly confidence: Float32Array
  /** The weight on the first key (Xiao et al. 2024, attention sinks). */
  readonly sink: Float32Array
}

/** Where the heads of one text look, and what they may do. */
export interface HeadLook {
  readonly measures: readonly HeadMeasures[]
  readonly roles: readonly HeadRoles[]
}

/** What every head is worth, measured. */
export interface MeasuredHeads {
  /** [K] F of the whole model. */
  readonly objective: Float32Array
  readonly effects: readonly HeadEffects[]
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

/** A logit lens with what its tokens read. */
export interface NamedLens extends LogitLens {
  /** Pieces of the vocabulary by id; empty without a tokenizer. */
  readonly pieces: Readonly<Record<string, string>>
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
