/** What the Projection View shows only when asked: one file for the browser. */
export { ParameterForm } from './parameter-form.tsx'
export { RangeLegend } from './range-legend.tsx'
export { SelectionBar } from './selection-bar.tsx'
