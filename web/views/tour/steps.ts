/** The six steps of the tour: what to do, where, and how the page knows that it is done. */
import type { View } from '#web/state/permalink.ts'

export interface Step {
  readonly id: string
  readonly title: string
  readonly text: string
  /** Selector of what the step is about. */
  readonly at: string
  /** Said where `at` is not on screen. */
  readonly elsewhere: string
  /** Whether it has been done, read from the state that the views show. */
  done(state: TourState): boolean
}

/** The part of the page's state that steps are judged by. */
export interface TourState {
  readonly view: View
  /** Whether numbers for the chosen output are on screen. */
  readonly attributed: boolean
  /** Rows of the corpus that are chosen together. */
  readonly points: number
  /** Hypotheses made since the tour was opened. */
  readonly newNotes: number
  /** Steps whose place the pointer or the focus has been on. */
  readonly seen: ReadonlySet<string>
}

export const steps: readonly Step[] = [
  {
    id: 'output',
    title: 'Choose a word that the model wrote',
    text: 'Click any word of the output. The page then asks which words it came from.',
    at: '[data-lane="output"]',
    elsewhere: 'Open an instance first: click a row of the table.',
    done: ({ view }) => view.token?.side === 'output',
  },
  {
    id: 'source',
    title: 'See what contributed',
    text: 'Blue words made it likelier, red ones less likely. Point at one to read its number.',
    at: '[data-lane="source"]',
    elsewhere: 'Choose a word of the output to see colours here.',
    done: ({ attributed, seen }) => attributed && seen.has('source'),
  },
  {
    id: 'gap',
    title: 'Read how far to trust it',
    text: 'The gap is what the contributions leave unaccounted for. Small is good. Point at the panel that answers “Why”.',
    at: '.why',
    elsewhere: 'The panel beside the text appears with an instance.',
    done: ({ seen }) => seen.has('gap'),
  },
  {
    id: 'head',
    title: 'Choose an attention head',
    text: 'Each cell is one head. Click one: its attention appears below the source, beside the contributions.',
    at: '[data-pane="attention"]',
    elsewhere: 'The heads are in the layouts Heads and Instance.',
    done: ({ view }) => view.heads.length > 0,
  },
  {
    id: 'points',
    title: 'Choose texts that lie together',
    text: 'Switch to Plot, take the lasso (L) and draw around some points. The rest fades, and filters can keep them.',
    at: '[data-pane="projection"], [data-pane="list"]',
    elsewhere: 'The corpus is in the layouts Explore and Instance.',
    done: ({ points }) => points > 1,
  },
  {
    id: 'note',
    title: 'Write down what you believe',
    text: 'Make a hypothesis, then add numbers for and against it. Everybody in the workspace sees it.',
    at: '[data-pane="notes"]',
    elsewhere: 'Notes are hidden in the projector view and in full size.',
    done: ({ newNotes }) => newNotes > 0,
  },
]

/** The first step that is not done; null once all are. */
export const nextStep = (done: readonly string[]): Step | null => steps.find(({ id }) => !done.includes(id)) ?? null

/** What is done now, in the order of the steps; what was done stays done. */
export const doneNow = (done: readonly string[], state: TourState): readonly string[] =>
  steps.filter((step) => done.includes(step.id) || step.done(state)).map(({ id }) => id)
