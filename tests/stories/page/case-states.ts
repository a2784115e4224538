/** The guide of a case study: a figure of each case, and one figure in every state that it can be in. */
import type { RunReply } from '#server/wire/runs.ts'
import type { Analysis } from '#web/state/analyses.ts'
import { unanswered } from '#web/state/analyses.ts'
import { caseAnswerOf } from './case-answers.ts'
import type { RoomState } from './room.ts'

export function caseStates(base: RoomState, run: RunReply): readonly (readonly [string, RoomState])[] {
  const open = (workspace: string, step: string): RoomState => ({
    ...base,
    info: { ...base.info, id: workspace },
    step,
    study: (study) => caseAnswerOf(study) ?? base.study(study),
  })
  const inState = (analysis: Analysis): RoomState => ({
    ...open('newsroom', 'names'),
    study: (study) => (study.kind === 'entity-support' ? analysis : base.study(study)),
  })
  const running: Analysis = {
    ...unanswered,
    phase: { kind: 'running', run },
    progress: { stage: 'Comparing names', done: 412, total: 1000, rate: 90, eta: 7 },
  }
  const stopped = (message: string, offline: boolean): Analysis => ({
    ...unanswered,
    phase: { kind: 'failed', message, offline },
  })
  /** While outputs are written a figure waits for them, unless somebody wants it of those there are. */
  const writing: RunReply = {
    ...run,
    kind: 'corpus',
    instance: null,
    state: 'running',
    progress: { stage: 'outputs', done: 412, total: 1000, rate: 9, eta: 65 },
  }
  return [
    ['case-names', open('newsroom', 'names')],
    ['case-entropy', open('newsroom', 'entropy')],
    ['case-filter', open('newsroom', 'filter')],
    ['case-pruning', open('phrasebook', 'pruning')],
    ['case-redundancy', open('phrasebook', 'redundancy')],
    ['case-accuracy', open('quiz', 'accuracy')],
    ['case-segments', open('quiz', 'segments')],
    ['case-direction', open('quiz', 'direction')],
    ['case-loading', inState(unanswered)],
    ['case-computing', inState(running)],
    ['case-waiting', { ...open('newsroom', 'names'), unasked: true, runs: [writing] }],
    ['case-cancelled', inState({ ...unanswered, phase: { kind: 'cancelled' } })],
    [
      'case-failed',
      inState(stopped('The compute process ran out of memory. Close other workspaces, then try again.', false)),
    ],
    ['case-offline', { ...inState(stopped('The server cannot be reached.', true)), online: false }],
    [
      'case-forbidden',
      inState({
        ...unanswered,
        phase: { kind: 'forbidden', message: 'You are a viewer here: ask an editor to compute it.' },
      }),
    ],
    [
      'case-partial',
      {
        ...open('quiz', 'accuracy'),
        study: (study) =>
          study.kind === 'evaluation' && study['checkpoint'] === 'quiz-early' ? running : caseAnswerOf(study),
      },
    ],
  ]
}
