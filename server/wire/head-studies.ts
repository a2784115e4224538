import { z } from 'zod'

const whole = (least: number, most: number) => z.number().int().min(least).max(most)

/** Texts that a study looks at: an even sample of the instances whose output is written. Fewer where there are fewer. */
const rows = (usual: number) => whole(2, 2_000).default(usual)

/** Completeness gap that attention attribution refines until, as a share of the change of F. */
const tolerance = z.number().min(1e-4).max(0.5).default(0.05)

/** What takes the place of a pruned head's output: zero, or its mean over the texts of the study. */
const value = z.enum(['zero', 'mean']).default('zero')

/** What heads are ranked by: attention attribution, gradient, or attention mass (mean largest weight of a query). */
const ranking = z.enum(['attribution', 'gradient', 'attention'])

const metric = z.enum(['bleu', 'chrf', 'rouge-l', 'exact'])
const controls = whole(0, 10).default(3)
const seed = whole(0, 2 ** 31 - 1).default(1)

/** In every report: texts that were looked at, and texts with an output there are. */
const sampled = { shown: z.number().int(), of: z.number().int() }

/**
 * Everything that is measured of a head, over a sample. Result, [layers, heads] F32 each, means over all output tokens of the sample:
 * `attribution.{kind}` and `gradient.{kind}` (largest entry), `entropy.{kind}` (nats), `distance.{kind}` (tokens; NaN for cross),
 * `confidence.{kind}`, `sink.{kind}` (weights), `effect.{kind}` (F without the head less F, nats a token); the same with `.sd` before the
 * kind (`entropy.sd.cross`): how far texts lie from the mean. `role.{role}.{kind}` [layers, heads], pooled over all texts, and
 * `role.offset.{kind}` (I32), the offset that `relative-position` is about. The report defines the roles.
 */
export const headSummaryStudy = z.strictObject({ kind: z.literal('head-summary'), rows: rows(48), tolerance, value })

const headKind = z.enum(['encoder', 'decoder', 'cross'])

export const headSummaryReport = z.object({
  ...sampled,
  /** Output tokens of the sample. */
  tokens: z.number().int(),
  /** Texts that gold alignment was measured on. */
  alignedRows: z.number().int(),
  roles: z.array(z.object({ role: z.string(), kinds: z.array(headKind), definition: z.string() })),
})
export type HeadSummaryReport = z.infer<typeof headSummaryReport>

/** A value with its 95 % bootstrap interval over texts; null where there is nothing to take it of. */
export const estimate = z.object({
  value: z.number().nullable(),
  interval: z.tuple([z.number(), z.number()]).nullable(),
})
export type EstimateReply = z.infer<typeof estimate>

/**
 * F, and the metric of what is written, as heads are switched off in the order of each ranking, most and least important first, and at
 * random. No tensors; all is in the report.
 */
export const ablationCurveStudy = z.strictObject({
  kind: z.literal('ablation-curve'),
  rankings: z.array(ranking).max(3).default(['attribution', 'gradient', 'attention']),
  /** Equal shares of the heads that are removed one after the other. */
  steps: whole(1, 24).default(8),
  value,
  objective: z.enum(['log-prob', 'logit', 'probability']).default('log-prob'),
  metric: metric.nullable().default(null),
  rows: rows(32),
  /** Random orders to compare with, from `seed` on. */
  controls,
  seed,
  tolerance,
})

export const ablationCurveReport = z.object({
  ...sampled,
  /** Heads switched off at each point. */
  removed: z.array(z.number().int()),
  orders: z.array(
    z.object({
      /** `attribution most`, `gradient least`, `random 1`. */
      name: z.string(),
      /** In the order they are switched off. */
      heads: z.array(z.string()),
      points: z.array(
        z.object({
          removed: z.number().int(),
          /** Of F, mean over output tokens and texts. */
          change: estimate,
          bleu: estimate.optional(),
          chrf: estimate.optional(),
          'rouge-l': estimate.optional(),
          exact: estimate.optional(),
        }),
      ),
    }),
  ),
})
export type AblationCurveReport = z.infer<typeof ablationCurveReport>

/**
 * What is written without the k least important heads of one kind of attention, beside k random heads of that kind, compared with the
 * references. No tensors; all is in the report.
 */
export const pruningStudy = z.strictObject({
  kind: z.literal('pruning'),
  ranking: ranking.default('attribution'),
  metric: metric.default('bleu'),
  /** k goes from none to all heads of a kind in so many steps. */
  steps: whole(1, 24).default(6),
  rows: rows(80),
  /** The heads are ranked on so many of these texts. */
  rankedOn: whole(1, 500).default(24),
  controls,
  seed,
  tolerance,
})

const pruningPoints = z.array(z.object({ removed: z.number().int(), score: estimate }))

export const pruningReport = z.object({
  ...sampled,
  metric,
  rankedOn: z.number().int(),
  kinds: z.array(
    z.object({
      kind: headKind,
      heads: z.number().int(),
      least: z.object({ order: z.array(z.string()), points: pruningPoints }),
      /** All random orders together; null without any. */
      random: z.object({ points: pruningPoints }).nullable(),
      seeds: z.array(z.object({ name: z.string(), order: z.array(z.string()), points: pruningPoints })),
    }),
  ),
})
export type PruningReport = z.infer<typeof pruningReport>

/**
 * How much of a head's output the others of its layer hold: ridge regression, fitted on one half of the texts, judged on the other.
 * Result: `r2.{kind}` [layers, heads], 1 where the others say all; NaN for a head that never varies.
 */
export const reconstructionStudy = z.strictObject({
  kind: z.literal('reconstruction'),
  rows: rows(300),
  /** Tokens sampled of each text and side, at most. */
  tokens: whole(1, 512).default(32),
  /** The penalty, as a share of the mean variance of the outputs. */
  ridge: z.number().min(1e-6).max(10).default(0.01),
  seed,
})

const halves = z.object({ fitted: z.number().int(), held: z.number().int() })

export const reconstructionReport = z.object({
  ...sampled,
  /** Tokens of either half, by kind. */
  sampled: z.partialRecord(headKind, halves),
  predictors: z.string(),
})
export type ReconstructionReport = z.infer<typeof reconstructionReport>
