import { z } from 'zod'
import { attributionOptions } from '#collab/wire/document.ts'
import { identifier } from '#collab/wire/identifiers.ts'
import { runReply } from './runs.ts'

export const attentionKind = z.enum(['encoder', 'decoder', 'cross'])

const whole = z.number().int().min(0).max(1_000_000)

/** The attention of one layer; layers count from 0, the encoder's and the decoder's each. */
export const attentionPlace = z.strictObject({ kind: attentionKind, layer: z.number().int().min(0).max(999) })

/** `kind.layer.head`, as the command line names heads. */
export const headName = z.string().regex(/^(encoder|decoder|cross)\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})$/, {
  message: 'a head is named like "cross.2.1": kind, layer and head',
})

const { objective, contrast, quadrature, baseline, attributeSpecial } = attributionOptions.shape
const tolerance = quadrature.default({ tolerance: 0.01 })
const value = z.enum(['zero', 'mean'])

/** What is asked about one instance. K = its output tokens; `target` is the index of one of them. Numbers in nats. */
export const question = z.discriminatedUnion('kind', [
  /** Weights of one layer. → weights [heads, queries, keys] */
  z.strictObject({ kind: z.literal('attention'), place: attentionPlace }),
  /**
   * What the weights of every head look like, for each kind of attention. → entropy.{kind} (mean over the queries, nats),
   * distance.{kind} (mean |query − key|, tokens; NaN for cross attention), confidence.{kind} (mean over the queries of the largest
   * weight), sink.{kind} (mean weight on the first key): [layers, heads]; report `HeadMeasuresReport`
   */
  z.strictObject({ kind: z.literal('head-measures') }),
  /** → importance.{kind} [K, layers, heads], objective [K]; on the way the first of them, with NaN where a head is not known yet. */
  z.strictObject({
    kind: z.literal('head-importance'),
    by: z.enum(['attribution', 'gradient']),
    objective,
    contrast,
    quadrature: tolerance,
  }),
  /**
   * Attention attribution of one output token. → attribution.{kind}.{layer} [heads, queries, keys], importance.{kind}
   * [layers, heads], gap.{kind} [layers], converged.{kind} [layers] (U8), objective [1]; on the way importance.{kind}.{layer} [heads] and
   * the attributions, unless they are large, of the layers that are done
   */
  z.strictObject({
    kind: z.literal('attention-attribution'),
    target: whole,
    objective,
    contrast,
    quadrature: tolerance,
  }),
  /** F without each head by itself, less F. → effect.{kind} [K, layers, heads], objective [K] */
  z.strictObject({ kind: z.literal('head-effects'), value, objective, contrast }),
  /** The same output without these heads together. → objective [K], ablated [K]; report `AblationReport`: what is written instead */
  z.strictObject({
    kind: z.literal('ablation'),
    heads: z.array(headName).min(1).max(4096).transform(sorted),
    value,
    objective: objective.default('log-prob'),
    contrast: contrast.default(null),
  }),
  /**
   * How pairs of tokens act together on one output token. → interactions [S, S] (S = source, then prefix tokens), gap [1],
   * converged [1] (U8), objective [1]; report `InteractionsReport`; on the way the same, with NaN for pairs that are not known yet
   */
  z.strictObject({
    kind: z.literal('interactions'),
    of: z.enum(['masked-pairs', 'integrated-hessians', 'attention-edges']),
    target: whole,
    baseline,
    objective,
    contrast,
    attributeSpecial: attributeSpecial.default(false),
    quadrature: tolerance,
  }),
  /**
   * What every layer of the decoder would write, l = 0 … L. → ids [K, L + 1, count] (I32), logProbs [K, L + 1, count], entropies and
   * targetLogProbs [K, L + 1], targetRanks [K, L + 1] (I32); report `LensReport`
   */
  z.strictObject({ kind: z.literal('lens'), count: z.number().int().min(1).max(20) }),
  /**
   * How much attention alone looks at each token. → rollout.source and mean.source [K, n], rollout.prefix and mean.prefix [K, m]
   */
  z.strictObject({ kind: z.literal('flow') }),
])
/** A question as the page asks it; what has a default may be left out. */
export type Question = z.input<typeof question>
/** A question with everything that decides its numbers. */
export type FullQuestion = z.output<typeof question>
export type QuestionKind = FullQuestion['kind']

function sorted(names: string[]): string[] {
  return [...new Set(names)].toSorted()
}

export const analysisRequest = z.strictObject({ instance: identifier, question })
export type AnalysisRequest = z.input<typeof analysisRequest>

/**
 * The result file is safetensors, F32 where nothing else is said; the report, where there is one, is JSON in the entry `report` of
 * its metadata. `computed`, `joined` and `started` as for attributions.
 */
export const analysisReply = z.object({ run: runReply, how: z.enum(['started', 'joined', 'computed']) })
export type AnalysisReply = z.infer<typeof analysisReply>

const scoredStep = z.object({
  id: z.number().int(),
  token: z.string(),
  logProb: z.number(),
  entropy: z.number(),
  alternatives: z.array(z.object({ id: z.number().int(), token: z.string(), logProb: z.number() })),
})

/** What the model writes without the heads, greedily, and what it thinks of it. */
export const ablationReport = z.object({
  text: z.string(),
  output: z.object({
    ids: z.array(z.number().int()),
    tokens: z.array(z.string()),
    offsets: z.array(z.tuple([z.number().int(), z.number().int()])),
    special: z.array(z.boolean()),
  }),
  steps: z.array(scoredStep),
})
export type AblationReport = z.infer<typeof ablationReport>

/** What a reader must know to trust the interactions; null where nothing stands against it. */
export const interactionsReport = z.object({ caution: z.string().nullable() })
export type InteractionsReport = z.infer<typeof interactionsReport>

/** The pieces of the vocabulary that the lens lists, by id. */
export const lensReport = z.object({ tokens: z.record(z.string(), z.string()) })
export type LensReport = z.infer<typeof lensReport>

const scores = z.array(z.number().nullable())

/** Role scores of one text, [layers · heads] in [0, 1] row-major; null where a role cannot be told. */
export const headMeasuresReport = z.object({
  roles: z.array(
    z.object({
      kind: attentionKind,
      shape: z.tuple([z.number().int(), z.number().int()]),
      scores: z.record(z.string(), scores),
      /** The offset (key − query) that `relative-position` is the mean mass of. */
      offset: z.array(z.number().int()),
    }),
  ),
})
export type HeadMeasuresReport = z.infer<typeof headMeasuresReport>
