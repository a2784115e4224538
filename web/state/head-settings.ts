/** How one person looks at the heads: kept with the other preferences of this browser. */
import { z } from 'zod'

const shape = z.object({
  /** What the cells show; the Attention Views know the names. */
  metric: z.string().max(40).catch('attribution'),
  mode: z.enum(['both', 'mean', 'instance', 'difference']).catch('both'),
  /** One scale for all maps. */
  sharedScale: z.boolean().catch(true),
  /** Letters of roles in the corners of the cells. */
  letters: z.boolean().catch(false),
  as: z.enum(['map', 'scatter', 'list']).catch('map'),
  /** The two metrics of the scatter. */
  across: z.string().max(40).catch('attribution'),
  up: z.string().max(40).catch('effect'),
  /** The panel below the maps. */
  panel: z.enum(['pattern', 'without', 'curve']).catch('pattern'),
  pattern: z.enum(['attention', 'attribution', 'both']).catch('attention'),
  curve: z.enum(['sqrt', 'linear']).catch('sqrt'),
  hideSink: z.boolean().catch(true),
  /** What takes the place of a head that is left out. */
  value: z.enum(['zero', 'mean']).catch('zero'),
  /** Rows of the corpus that means and curves are taken of. */
  rows: z.number().int().min(2).max(500).catch(12),
})

export const headSettings = shape.catch(() => shape.parse({}))
export type HeadSettings = z.infer<typeof headSettings>
