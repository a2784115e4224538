/** How one person looks at the heads: kept with the other preferences of this browser. */
import { z } from 'zod'

/** Choices of the Attention Views, the usual one first. */
export const cellModes = ['both', 'mean', 'instance', 'difference'] as const
export const headForms = ['map', 'scatter', 'list'] as const
export const headPanels = ['pattern', 'without', 'curve'] as const
export const patternKinds = ['attention', 'attribution', 'both'] as const
export const patternCurves = ['sqrt', 'linear'] as const
export const replacements = ['zero', 'mean'] as const

const shape = z.object({
  /** What the cells show; the Attention Views know the names. */
  metric: z.string().max(40).catch('attribution'),
  mode: z.enum(cellModes).catch('both'),
  /** One scale for all maps. */
  sharedScale: z.boolean().catch(true),
  /** Letters of roles in the corners of the cells. */
  letters: z.boolean().catch(false),
  as: z.enum(headForms).catch('map'),
  /** The two metrics of the scatter. */
  across: z.string().max(40).catch('attribution'),
  up: z.string().max(40).catch('effect'),
  /** The panel below the maps. */
  panel: z.enum(headPanels).catch('pattern'),
  pattern: z.enum(patternKinds).catch('attention'),
  curve: z.enum(patternCurves).catch('sqrt'),
  hideSink: z.boolean().catch(true),
  /** What takes the place of a head that is left out. */
  value: z.enum(replacements).catch('zero'),
  /** The column that the list is sorted by, from 1; 0 for the order of the model. */
  sorted: z.number().int().min(0).max(20).catch(1),
  descending: z.boolean().catch(true),
  /** Whether the curve is told as a table. */
  curveTable: z.boolean().catch(false),
  /** Rows of the corpus that means and curves are taken of. */
  rows: z.number().int().min(2).max(500).catch(12),
})

export const headSettings = shape.catch(() => shape.parse({}))
export type HeadSettings = z.infer<typeof headSettings>
