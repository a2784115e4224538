import { z } from 'zod'
import { identifier } from '#collab/wire/identifiers.ts'

/** Corpora above these sizes are projected by an even sample of their rows: what takes minutes helps nobody who waits for it. */
export const mostProjected = { pca: 200_000, umap: 100_000, tsne: 50_000 } as const

/** True neighbours that reliability is measured against. */
export const reliabilityNeighbours = 15

const isDistinct = (ids: readonly string[]): boolean => new Set(ids).size === ids.length

const whole = (least: number, most: number) => z.number().int().min(least).max(most)

/**
 * Lays hidden states out in the plane, layer by layer, all layers in one frame.
 *
 * Result: `ordinals` [N] (I32, rising), and per layer l: `xy.{l}` [N, 2], `kept.{l}` [N] (share of the 15 true neighbours that are
 * among the 15 nearest in the plane), `neighbours.{l}` [N, 15] (I32, indices of points, nearest first; fewer columns where there are
 * fewer points; −1 and NaN where a point was not measured). Of steps also `instanceOf` [N] (I32, place in the list that was asked for)
 * and `stepOf` [N] (I32, index of the output token that the state led to); `ordinals` are those of their instances. Steps over the
 * corpus have `xy.{l}` alone, in the frame of the corpus.
 *
 * Parts while it runs: `ordinals` (of steps the others too) and what is known by then of some layers: `components.{l}` [N, 2], principal
 * components that stand in until a layer has its layout; `xy.{l}` of points on their way; of a finished layer of at most 20,000 points
 * all its tensors.
 */
export const projectionStudy = z.strictObject({
  kind: z.literal('projection'),
  /**
   * `corpus`: one point per instance, the mean state of its source tokens. Steps: one point per output token of these instances;
   * `over`: placed into the layout of the corpus under the same parameters, instead of a layout of their own.
   */
  of: z.union([
    z.literal('corpus'),
    z.strictObject({
      steps: z.array(identifier).min(1).max(4).refine(isDistinct, 'names an instance twice'),
      over: z.boolean().default(false),
    }),
  ]),
  method: z.enum(['pca', 'umap', 'tsne']),
  /** Of UMAP: its neighbourhood, the point itself included. */
  neighbours: whole(2, 200).default(15),
  /** Of UMAP: how close points may lie, at most `spread`. */
  minDistance: z.number().min(0).max(5).default(0.9),
  /** Of UMAP: the scale on which points are spread out. */
  spread: z.number().min(0.1).max(5).default(1.6),
  metric: z.enum(['euclidean', 'cosine']).default('euclidean'),
  /** Of t-SNE: the effective number of neighbours, less than a third of the points. */
  perplexity: z.number().min(2).max(500).default(30),
  /** Passes over the data; null: as many as usual for so many points. */
  epochs: whole(10, 5_000).nullable().default(null),
  seed: whole(0, 2 ** 31 - 1).default(0),
})
export type ProjectionStudy = z.output<typeof projectionStudy>

const share = z.number().nullable()

/** What the report of a projection says of one layer. */
export const layerReport = z.object({
  /** Mean over the points (Venna and Kaski 2001); null where it was not measured. */
  trustworthiness: share,
  continuity: share,
  /** Mean share of the true neighbours that are neighbours in the plane. */
  kept: share,
  /** Shares of the variance along the two axes of PCA; empty for other methods. */
  variance: z.array(z.number()),
  /** Points equal to an earlier one. */
  duplicates: z.number().int(),
})
export type LayerReport = z.infer<typeof layerReport>

/** The report of a projection: JSON in the entry `report` of the file's metadata. */
export const projectionReport = z.object({
  /** Index of the layer of states behind each `xy.{l}`, l in order; 0 is the embedding. */
  layers: z.array(layerReport),
  /** Points that are laid out. */
  shown: z.number().int(),
  /** Points there are, or will be once every output is written. */
  of: z.number().int(),
  /**
   * Why `shown` is less than `of`: outputs are missing, and their states with them; the model could write none for some texts; or
   * only an even sample is laid out.
   */
  partial: z.enum(['outputs', 'problems', 'sample']).nullable(),
  /** Points of which reliability was measured. */
  measured: z.number().int(),
  /** SHA-256 of the coordinates of all layers, in hex: the same data, parameters and seed give the same. */
  hash: z.string(),
  /** As they were used: neighbours and perplexity fitted to the number of points, however few, and epochs chosen, 0 where there are none. */
  parameters: projectionStudy
    .omit({ of: true, kind: true })
    .extend({ neighbours: whole(0, 200), perplexity: z.number().min(0).max(500), epochs: whole(0, 5_000).nullable() }),
})
export type ProjectionReport = z.infer<typeof projectionReport>
