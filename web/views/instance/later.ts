/** The parts of the Instance View that come after the first picture. */
import { later } from '#web/widgets/later.tsx'

const load = () => import('./rest.ts')

export const AddForm = later(load, (rest) => rest.AddForm)
export const ComparePanel = later(load, (rest) => rest.ComparePanel)
export const ExplanationText = later(load, (rest) => rest.ExplanationText)
export const LensPanel = later(load, (rest) => rest.LensPanel)
export const OptionsPanel = later(load, (rest) => rest.OptionsPanel)
export const OwnTextForm = later(load, (rest) => rest.OwnTextForm)
export const PairsPanel = later(load, (rest) => rest.PairsPanel)

export const instanceParts = [
  AddForm,
  ComparePanel,
  ExplanationText,
  LensPanel,
  OptionsPanel,
  OwnTextForm,
  PairsPanel,
] as const
