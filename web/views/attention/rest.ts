/** What the Attention Views show only when asked: one file for the browser. */
export { CurvePanel } from './curve-panel.tsx'
export { HeadExplanationText } from './head-explanation-text.tsx'
export { HeadList } from './head-list.tsx'
export { HeadPreview } from './head-preview.tsx'
export { HeadScatter } from './head-scatter.tsx'
export { PatternPanel } from './pattern-panel.tsx'
export { WithoutPanel } from './without-panel.tsx'
