/** What the figures of the quiz read out of their studies. Pure. */
import type { DemonstrationsReport, EvaluationReport } from '#server/wire/case-studies.ts'
import type { EstimateReply } from '#server/wire/head-studies.ts'

/** Segments of a prompt: how they are called, and the class of their colour. */
export const segments: readonly { readonly name: string; readonly label: string; readonly mark: string }[] = [
  { name: 'demonstration-label', label: 'demonstration labels', mark: 'part-1' },
  { name: 'demonstration-options', label: 'demonstration options', mark: 'part-2' },
  { name: 'demonstration-question', label: 'demonstration questions', mark: 'part-3' },
  { name: 'question', label: 'question', mark: 'part-4' },
  { name: 'options', label: 'options', mark: 'part-5' },
  { name: 'answer-so-far', label: 'answer so far', mark: 'part-6' },
  { name: 'rest', label: 'rest of the template', mark: 'part-rest' },
]

/** What the demonstrations of a prompt answer, in their order. */
export const demonstrationLabels = (prompt: string): readonly string[] =>
  [...prompt.matchAll(/\| answer: (.+)$/gm)].map(([, label]) => label!.trim()) // the pattern has one group

/** What the last question of a prompt asks about. */
export const questionOf = (prompt: string): string => /.*^question: (.+?) \|/ms.exec(prompt)?.[1] ?? ''

/** The order in which conditions are shown, those of other names behind. */
const conditionOrder = ['gold', 'random', 'none', 'adversarial']

export const conditionLabel = (name: string): string => (name === 'none' ? 'no demos' : name)

export const byCondition = <T extends { readonly name: string }>(items: readonly T[]): readonly T[] =>
  items.toSorted((a, b) => rankOf(a.name) - rankOf(b.name))

/** Prompts by their condition. */
export const inOrder = <T extends { readonly attributes: Readonly<Record<string, unknown>> }>(
  prompts: readonly T[],
): readonly T[] =>
  prompts.toSorted((a, b) => rankOf(String(a.attributes['condition'])) - rankOf(String(b.attributes['condition'])))

const rankOf = (name: string): number => {
  const place = conditionOrder.indexOf(name)
  return place < 0 ? conditionOrder.length : place
}

type Condition = DemonstrationsReport['conditions'][number]

const nothing: EstimateReply = { value: null, interval: null }

/** One segment of a condition. */
export function segmentOf(
  { segments: found }: Condition,
  name: string,
): { readonly contribution: EstimateReply; readonly share: EstimateReply; readonly tokens: number | null } {
  return found.find(({ segment }) => segment === name) ?? { contribution: nothing, share: nothing, tokens: null }
}

/** Share of right answers of a condition. */
export const accuracyOf = (report: EvaluationReport, condition: string): EstimateReply =>
  report.groups.find(({ name }) => name === condition)?.measures['answerAccuracy'] ?? nothing
