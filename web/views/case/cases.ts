/** The three case studies: the question of each, and the steps that answer it. Each belongs to an example workspace. */
import type { WorkspaceReply } from '#server/wire/workspaces.ts'

export interface CaseStep {
  /** Stands in the address as `case=ID`. */
  readonly id: string
  readonly title: string
}

export interface CaseStudy {
  readonly title: string
  readonly question: string
  readonly steps: readonly CaseStep[]
}

const cases: Readonly<Record<string, CaseStudy>> = {
  newsroom: {
    title: 'Invented names',
    question: 'Which names in a summary are not in its article, and does the model’s doubt give them away?',
    steps: [
      { id: 'names', title: 'Find the names that no article has' },
      { id: 'entropy', title: 'Compare doubt at invented and supported names' },
      { id: 'source', title: 'Look at what an invented name draws on' },
      { id: 'filter', title: 'Set a filter on doubt' },
      { id: 'missed', title: 'See what the filter misses' },
    ],
  },
  phrasebook: {
    title: 'Heads that matter',
    question: 'Which heads does the translator need, what do they do, and which could go?',
    steps: [
      { id: 'importance', title: 'Switch heads off in order' },
      { id: 'roles', title: 'See what heads do' },
      { id: 'pruning', title: 'Prune the least important of each kind' },
      { id: 'redundancy', title: 'Rebuild heads from their neighbours' },
      { id: 'try', title: 'Prune in one sentence' },
    ],
  },
  quiz: {
    title: 'What demonstrations do',
    question: 'What does an answer draw on: the labels of the demonstrations, the options, or the question?',
    steps: [
      { id: 'conditions', title: 'Read one question under four conditions' },
      { id: 'accuracy', title: 'Compare accuracy by condition' },
      { id: 'segments', title: 'See what answers draw on' },
      { id: 'direction', title: 'See what raises and lowers the answer' },
    ],
  },
}

/** The case study of a workspace; null for one that has none. */
export const caseOf = ({ id, example }: Pick<WorkspaceReply, 'id' | 'example'>): CaseStudy | null =>
  example && Object.hasOwn(cases, id) ? (cases[id] ?? null) : null

/** The place of a step, from 0; −1 for a name that is none. */
export const placeOf = ({ steps }: CaseStudy, id: string | null): number => steps.findIndex((step) => step.id === id)
