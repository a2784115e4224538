/** What the bars of a workspace say. */
import type { QuestionKind } from '#server/wire/analyses.ts'
import type { RunReply } from '#server/wire/runs.ts'
import type { Study } from '#server/wire/studies.ts'
import type { SaveState } from '#web/collab/save-state.ts'
import { clock, count, counted, share, timeLeft } from '#web/marks/numbers.ts'

/** "Saved 12:04" and what comes before it. */
export function saveText(state: SaveState): string {
  if (state.kind === 'saved') return state.at === null ? 'Saved' : `Saved ${clock(state.at)}`
  if (state.kind === 'saving') return 'Saving'
  if (state.kind === 'connecting') return 'Connecting'
  if (state.kind === 'problem') return state.text
  return state.changes === 0 ? 'Offline' : `Offline, ${counted(state.changes, 'change')} kept in this tab`
}

/** "Writing outputs: 312 of 1,000". */
export function runText({ kind, instance, question, progress, state, startedBy }: RunReply, me: string): string {
  const names = {
    corpus: 'Writing outputs',
    output: `Writing ${instance ?? 'an output'}`,
    attribution: `Attribution of ${instance ?? 'an instance'}`,
    analysis: `${nameOfQuestion(question)} of ${instance ?? 'an instance'}`,
    study: nameOfStudy(question),
  }
  const by = startedBy && startedBy.id !== me && kind !== 'corpus' ? `, started by ${startedBy.name}` : ''
  if (state === 'queued') return `${names[kind]}: waiting${by}`
  if (progress === null || progress.total === 0) return `${names[kind]}${by}`
  // Its progress counts shares of work, which are no things.
  if (question === 'projection') return `${names[kind]}: ${progress.stage}${by}`
  const what = kind === 'attribution' ? ' outputs' : ''
  return `${names[kind]}: ${share(progress.done, progress.total)}${what}${by}`
}

const questions: Readonly<Record<QuestionKind, string>> = {
  attention: 'Attention weights',
  'head-measures': 'Measures of heads',
  'head-importance': 'Importance of heads',
  'attention-attribution': 'Attention attribution',
  'head-effects': 'Effects of heads',
  ablation: 'Ablation',
  interactions: 'Interactions',
  lens: 'Logit lens',
  flow: 'Attention rollout',
}

const studies: Readonly<Record<Study['kind'], string>> = {
  projection: 'Projection',
  'head-summary': 'Measures of all heads',
  'ablation-curve': 'Curve of removed heads',
  pruning: 'Pruning',
  reconstruction: 'Reconstruction of heads',
  'entity-support': 'Names and their support',
  demonstrations: 'Demonstrations',
  evaluation: 'Evaluation',
}

const isStudy = (kind: string): kind is Study['kind'] => Object.hasOwn(studies, kind)

/** What a study is called. */
export const nameOfStudy = (kind: string | null): string => (kind !== null && isStudy(kind) ? studies[kind] : 'Study')

const isQuestion = (kind: string): kind is QuestionKind => Object.hasOwn(questions, kind)

/** What the answer to a question is called, where it is named in a sentence. */
export const nameOfQuestion = (kind: string | null): string =>
  kind !== null && isQuestion(kind) ? questions[kind] : 'Analysis'

/** From 0 to 1; null until something is known. */
export const doneOf = ({ progress }: RunReply): number | null =>
  progress && progress.total > 0 ? progress.done / progress.total : null

/** "4 s left", where it is known. */
export const leftOf = ({ progress }: RunReply): string | null =>
  progress?.eta === null || progress?.eta === undefined ? null : timeLeft(progress.eta)

/** "195 of 600 shown", or "600 shown" where nothing is left out. */
export function shownText(total: number | null, all: number | null): string {
  if (total === null || all === null) return ''
  return total === all ? `all ${count(all)} shown` : `${count(total)} of ${count(all)} shown`
}
