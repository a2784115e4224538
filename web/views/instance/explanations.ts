/** What the numbers mean, in plain words: one place for options, legends and the panel "How is this computed?". */
import type { AttributionOptionsValue } from '#collab/wire/document.ts'

type Options = AttributionOptionsValue

export const methodNames: Readonly<Record<Options['method'], string>> = {
  'integrated-gradients': 'Integrated gradients',
  'gradient-x-input': 'Gradient × input',
  'gradient-norm': 'Gradient norm',
  occlusion: 'Occlusion',
}

export const methodTexts: Readonly<Record<Options['method'], string>> = {
  'integrated-gradients':
    'Adds up the gradient along a straight path from the baseline to the text. The contributions sum to the measured change; what is missing is shown as the gap.',
  'gradient-x-input':
    'One gradient at the text itself. Fast, but it promises no sum: it shows what a small change would do, not what the words gave.',
  'gradient-norm':
    'How far one small step of a word’s embedding, in whatever direction, could move the number. Never negative, and no share of it.',
  occlusion:
    'The measured change when a word is replaced by the baseline, one word at a time. Words that stand in for each other can all look unimportant.',
}

/** The definition of a method without a path: its formula, and what is in it beside F. */
export const definitions: Readonly<
  Record<Exclude<Options['method'], 'integrated-gradients'>, { readonly formula: string; readonly text: string }>
> = {
  'gradient-x-input': {
    formula: 'score of word i = xᵢ · ∂F/∂xᵢ',
    text: 'x is the embedding of a word as the model reads it. The product is summed over the width of the embedding and keeps its sign. One gradient, so no sum over the words is promised.',
  },
  'gradient-norm': {
    formula: 'score of word i = ‖∂F/∂xᵢ‖₂',
    text: 'x is the embedding of a word as the model reads it. The length of the gradient has no sign and is no share of F: words can be compared, but not added up. (Li and others, 2016.)',
  },
  occlusion: {
    formula: 'score of word i = F(all words) − F(all but i)',
    text: 'The embedding of word i is replaced by that of the baseline; its place and all other words stay. Each score is measured; together they need not add up, and the gap says how far they are from it. (Li, Monroe and Jurafsky, 2016.)',
  },
}

export const objectiveNames: Readonly<Record<Options['objective'], string>> = {
  'log-prob': 'Log-probability',
  logit: 'Logit',
  probability: 'Probability',
}

export const objectiveTexts: Readonly<Record<Options['objective'], string>> = {
  'log-prob': 'How likely the model found the token, in nats. Includes how it judged all other tokens.',
  logit: 'The raw score of the token before softmax, whatever the others scored.',
  probability: 'From 0 to 1. Hardly changes where the model is sure, so contributions look small there.',
}

/** The unit of a contribution; logits and probabilities have none. */
export const unitOf = (objective: Options['objective']): string => (objective === 'log-prob' ? 'nats' : '')

/** With its unit, where it has one. */
export const withUnit = (text: string, objective: Options['objective']): string =>
  objective === 'log-prob' ? `${text} nats` : text

/** What F is called in a sentence. */
export const objectiveNoun: Readonly<Record<Options['objective'], string>> = {
  'log-prob': 'log-probability',
  logit: 'logit',
  probability: 'probability',
}

export function baselineName(baseline: string): string {
  const names: Readonly<Record<string, string>> = {
    zero: 'Zero vector',
    pad: 'Padding token',
    unk: 'Unknown token',
    mean: 'Mean embedding',
  }
  const token = /^token:(\d+)$/.exec(baseline)
  if (token) return `Token ${token[1]}`
  return (Object.hasOwn(names, baseline) ? names[baseline] : undefined) ?? baseline
}

export function baselineText(baseline: string): string {
  const texts: Readonly<Record<string, string>> = {
    zero: 'Every word starts as a vector of zeros, which stands for no word at all.',
    pad: 'Every word starts as the padding token, which the model has learned to ignore.',
    unk: 'Every word starts as the token for unknown words.',
    mean: 'Every word starts as the average of all words of the vocabulary.',
  }
  return (
    (Object.hasOwn(texts, baseline) ? texts[baseline] : undefined) ??
    'Every word starts as one token of the vocabulary, given by its number.'
  )
}

/** The usual baselines offered even before the server has listed any. */
export const usualBaselines = ['zero', 'pad', 'unk', 'mean'] as const

/** Precisions offered by name; the value is written into a link. */
export const precisions = [
  { value: 't0.05', label: '5 %', quadrature: { tolerance: 0.05 } },
  { value: 't0.01', label: '1 %', quadrature: { tolerance: 0.01 } },
  { value: 't0.001', label: '0.1 %', quadrature: { tolerance: 0.001 } },
] as const

/** Whether something stands in for words that are taken away. */
export const usesBaseline = (method: Options['method']): boolean =>
  method === 'integrated-gradients' || method === 'occlusion'

/** One line for status and chips: "integrated gradients, zero vector". */
export function describeOptions(options: Options): string {
  const parts = [methodNames[options.method].toLowerCase()]
  if (usesBaseline(options.method)) parts.push(`baseline ${baselineName(options.baseline).toLowerCase()}`)
  if (options.objective !== 'log-prob') parts.push(`of the ${objectiveNoun[options.objective]}`)
  if (options.attributeSpecial) parts.push('special tokens included')
  return parts.join(', ')
}

/** "1 %": a tolerance is a round number. */
export const toleranceText = (options: Options): string => `${Number((100 * toleranceOf(options)).toPrecision(3))} %`

/** How near the sum has to come to the change, as a share. */
export const toleranceOf = (options: Options): number =>
  'tolerance' in options.quadrature ? options.quadrature.tolerance : 0.01
