/** What the Instance View shows only when asked: one file for the browser. */
export { AddForm } from './add-form.tsx'
export { ComparePanel } from './compare-panel.tsx'
export { ExplanationText } from './explanation-text.tsx'
export { LensPanel } from './lens-panel.tsx'
export { OptionsPanel } from './options-panel.tsx'
export { OwnTextForm } from './own-text-form.tsx'
export { PairsPanel } from './pairs-panel.tsx'
