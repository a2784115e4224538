/** The parts of the Projection View that come after the first picture. */
import { later } from '#web/widgets/later.tsx'

const load = () => import('./rest.ts')

export const ParameterForm = later(load, (rest) => rest.ParameterForm)
export const RangeLegend = later(load, (rest) => rest.RangeLegend)
export const SelectionBar = later(load, (rest) => rest.SelectionBar, { waiting: () => null })

export const projectionParts = [ParameterForm, RangeLegend, SelectionBar] as const
