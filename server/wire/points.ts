import { z } from 'zod'
import { instancesQuery } from './instances.ts'

const common = {
  /** Name to filter by: that of a corpus column, `output.maxEntropy`, or `study.KIND.NAME`. */
  name: z.string(),
  title: z.string(),
  /** `nats`, `tokens`, or empty. */
  unit: z.string(),
  /** One sentence: what the number is and where it comes from. */
  definition: z.string(),
  /** Where it comes from: the corpus file, what the model wrote, or a study that was computed. */
  origin: z.enum(['corpus', 'output', 'study']),
  /** Whether filters can name it. Lists cannot, since they are filtered by their single values. */
  filterable: z.boolean(),
}

/** What is known of every point under one name, in the order of `ordinals`. */
export const pointColumn = z.discriminatedUnion('type', [
  /** null: no value. */
  z.object({ ...common, type: z.literal('number'), values: z.array(z.number().nullable()) }),
  /** Codes are indices of levels, the commonest level first; −1: no value. */
  z.object({ ...common, type: z.literal('category'), levels: z.array(z.string()), codes: z.array(z.number().int()) }),
])
export type PointColumn = z.infer<typeof pointColumn>

/** The instances of a corpus as points: everything that they can be coloured and filtered by, column by column. */
export const pointsReply = z.object({
  /** Rising. A projection names its points by them. */
  ordinals: z.array(z.number().int()),
  ids: z.array(z.string()),
  columns: z.array(pointColumn),
})
export type PointsReply = z.infer<typeof pointsReply>

/** Search and filters as the list has them. */
export const matchingQuery = z.object({
  search: instancesQuery.shape.search,
  filters: instancesQuery.shape.filters,
})

/** Which points match, rising. */
export const matchingReply = z.object({ ordinals: z.array(z.number().int()) })
export type MatchingReply = z.infer<typeof matchingReply>
