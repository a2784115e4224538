/** The parts of the Attention Views that come after the first picture. */
import { later } from '#web/widgets/later.tsx'

const load = () => import('./rest.ts')

export const CurvePanel = later(load, (rest) => rest.CurvePanel)
export const HeadExplanationText = later(load, (rest) => rest.HeadExplanationText)
export const HeadList = later(load, (rest) => rest.HeadList)
export const HeadScatter = later(load, (rest) => rest.HeadScatter)
export const WithoutPanel = later(load, (rest) => rest.WithoutPanel)

export const attentionParts = [CurvePanel, HeadExplanationText, HeadList, HeadScatter, WithoutPanel] as const
