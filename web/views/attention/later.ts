/** The parts of the Attention Views that come after the first picture. */
import { later } from '#web/widgets/later.tsx'

const load = () => import('./rest.ts')

export const CurvePanel = later(load, (rest) => rest.CurvePanel)
export const HeadExplanationText = later(load, (rest) => rest.HeadExplanationText)
export const HeadList = later(load, (rest) => rest.HeadList)
/** A card stands for a moment: it is there without its drawing until this is loaded. */
export const HeadPreview = later(load, (rest) => rest.HeadPreview, { waiting: () => null, missing: () => null })
export const HeadScatter = later(load, (rest) => rest.HeadScatter)
export const PatternPanel = later(load, (rest) => rest.PatternPanel)
export const WithoutPanel = later(load, (rest) => rest.WithoutPanel)

export const attentionParts = [
  CurvePanel,
  HeadExplanationText,
  HeadList,
  HeadPreview,
  HeadScatter,
  PatternPanel,
  WithoutPanel,
] as const
