import { z } from 'zod'
import { identifier } from '#collab/wire/identifiers.ts'
import { estimate } from './head-studies.ts'

const count = z.number().int()
const columnName = z.string().min(1).max(80)

/** The checkpoint of the workspace, or another one that is registered. */
const checkpoint = identifier.nullable().default(null)

/**
 * Which names of the outputs their sources have, where the corpus names them (columns `sourceEntities` and `referenceEntities`). Result,
 * one entry per name: `names.row` (ordinal), `names.type` (index into `types`), `names.token` (the output token it begins in), `names.start`, `names.end` (in the output), `names.entropy`,
 * `names.log-prob` (nats, at the first token of the name), `names.supported` (U8); and columns `names`, `unsupportedNames`, `nameEntropy`.
 */
export const entitySupportStudy = z.strictObject({ kind: z.literal('entity-support') })

/** `row` is the ordinal of the instance, `token` the output token that the name begins in. */
const namesList = z.array(
  z.object({ row: count, token: count, text: z.string(), type: z.string(), entropy: z.number() }),
)
export type ListedName = z.infer<typeof namesList>[number]

const ranked = z.object({ positives: count, negatives: count, auroc: estimate, averagePrecision: estimate })

const distribution = z
  .object({
    count,
    mean: z.number(),
    quartiles: z.tuple([z.number(), z.number(), z.number()]),
    least: z.number(),
    most: z.number(),
  })
  .nullable()

/** What "flag what has at least this entropy" finds, the highest threshold first. */
const thresholds = z.object({
  thresholds: z.array(z.number()),
  flagged: z.array(count),
  hits: z.array(count),
  precision: z.array(z.number()),
  /** null where nothing is unsupported. */
  recall: z.array(z.number().nullable()),
  positives: count,
  cases: count,
})
export type ThresholdsReply = z.infer<typeof thresholds>

export const entitySupportReport = z.object({
  /** Instances whose output was looked at, and instances there are. */
  shown: count,
  of: count,
  types: z.array(z.string()),
  measures: z.record(z.string(), estimate),
  /** Entropies, nats. */
  supported: distribution,
  unsupported: distribution,
  /** Names that their sources do not have: those the model was least sure of, and those it was surest of. */
  doubtful: namesList,
  sure: namesList,
  ranking: z.object({ entropy: ranked, negativeLogProb: ranked }),
  /** Of names; and of outputs, by their most doubtful name. */
  names: thresholds,
  outputs: thresholds,
})
export type EntitySupportReport = z.infer<typeof entitySupportReport>

export const evaluationMetric = z.enum(['bleu', 'chrf', 'rouge', 'exact', 'answer'])

/**
 * Outputs compared with their references: in all, for each value of a column, and one by one as columns `bleu`, `chrf`, `rougeL`,
 * `exactMatch`, `answerAccuracy`. Another checkpoint than that of the workspace writes its outputs first, and gives no columns.
 */
export const evaluationStudy = z.strictObject({
  kind: z.literal('evaluation'),
  metrics: z.array(evaluationMetric).min(1).max(5),
  by: columnName.nullable().default(null),
  checkpoint,
})

const measured = z.record(z.string(), estimate)

export const evaluationReport = z.object({
  shown: count,
  of: count,
  signatures: z.record(z.string(), z.string()),
  measures: measured,
  groups: z.array(z.object({ name: z.string(), rows: count, measures: measured })),
})
export type EvaluationReport = z.infer<typeof evaluationReport>

/**
 * What the log-prob of the reference answer draws on, by segment of the prompt (its lines are `question: … | options: … | answer: …`),
 * for each value of a column: integrated gradients from the mean embedding, the answer's tokens as one target. Result, one row per
 * prompt: `ordinals`, `condition` (index), `contribution` [rows, segments] (signed sums, nats), `share` [rows, segments] (of the absolute
 * scores), `objective`, `objective.baseline`, `gap`.
 */
export const demonstrationsStudy = z.strictObject({
  kind: z.literal('demonstrations'),
  by: columnName,
  /** Prompts of each value. */
  rows: z.number().int().min(2).max(500).default(40),
  checkpoint,
  tolerance: z.number().min(1e-4).max(0.5).default(0.02),
})

export const demonstrationsReport = z.object({
  /** Prompts that were attributed, and prompts there are. */
  shown: count,
  of: count,
  segments: z.array(z.string()),
  conditions: z.array(
    z.object({
      name: z.string(),
      rows: count,
      /** Prompts whose gap is within the tolerance. */
      converged: count,
      /** F, and what it is above the baseline; nats. */
      objective: estimate,
      change: estimate,
      segments: z.array(
        z.object({
          segment: z.string(),
          contribution: estimate,
          share: estimate,
          /** Share of the tokens, to compare with. */
          tokens: z.number().nullable(),
        }),
      ),
    }),
  ),
})
export type DemonstrationsReport = z.infer<typeof demonstrationsReport>
