/** Every state of the workspace as a room in that state. */
import type { Evidence } from '#collab/wire/document.ts'
import type { Person } from '#collab/wire/presence.ts'
import type { RunReply } from '#server/wire/runs.ts'
import type { InstanceReply } from '#server/wire/instances.ts'
import type { Attendee } from '#web/collab/people.ts'
import type { Entry, Phase } from '#web/state/attributions.ts'
import type { View } from '#web/state/permalink.ts'
import { defaultsFor, emptyView } from '#web/state/permalink.ts'
import { type Analysis, unanswered } from '#web/state/analyses.ts'
import { answerOf } from './answers.ts'
import { caseStates } from './case-states.ts'
import { projectionStates } from './projection-states.ts'
import { headAnswerOf } from './head-answers.ts'
import { headStates } from './head-states.ts'
import type { Recorded } from './recorded.ts'
import { partialScores } from './recorded.ts'
import type { RoomState } from './room.ts'

export const ada: Person = { id: 'ada', name: 'Ada Byron', colour: 1, dash: 1 }
const berta: Person = { id: 'berta', name: 'Berta Karlsson', colour: 2, dash: 2 }
const carl: Person = { id: 'carl', name: 'Carl', colour: 3, dash: 3 }
const at = 1_790_000_000_000
const run = 'a'.repeat(64)
/** "che" of "chemist". */
const word = 16

export function makeStates(recorded: Recorded): ReadonlyMap<string, RoomState> {
  const base = baseState(recorded)
  return new Map<string, RoomState>([
    ...instanceStates(recorded, base),
    ...attributionStates(recorded, base),
    ...attentionStates(base),
    ...comparedStates(recorded, base),
    ...headStates(base, runOf(recorded.instance, 17), [attendee(berta), attendee(carl)]),
    ...caseStates(base, runOf(recorded.instance, 17)),
    ...sharedStates(recorded, base),
    ...listStates(base),
    ...projectionStates(base, runOf(recorded.instance, 1)),
  ])
}

function baseState(recorded: Recorded): RoomState {
  const { info, instance, rows, scores } = recorded
  const view: View = {
    ...emptyView(defaultsFor(info.checkpoint)),
    instance: instance.id,
    token: { side: 'output', index: word },
  }
  return {
    info,
    view,
    instance: { kind: 'ready', instance, writing: { kind: 'no' } },
    entry: { ...entryOf(instance, view), phase: { kind: 'done', seconds: 4.1 }, scores },
    list: {
      rows: () => new Map(rows.map((row, index) => [index, row])),
      total: () => rows.length,
      all: () => rows.length,
      error: () => null,
      search: () => '',
    },
    answer: (question) => answerOf(question, instance) ?? headAnswerOf(question, instance),
    study: (study) => headAnswerOf(study, instance),
    step: null,
    points: { kind: 'loading' },
    matching: null,
    runs: [],
    people: [attendee(ada, true)],
    followed: null,
    selections: new Map(),
    save: { kind: 'saved', at },
    online: true,
    ended: null,
    notes: [],
  }
}

const entryOf = (instance: InstanceReply, view: View): Entry => ({
  instance: instance.id,
  options: view.options,
  targets: instance.output?.ids.length ?? 0,
  run,
  scores: null,
  phase: { kind: 'idle' },
})

const attendee = (person: Person, you = false, idle = false): Attendee => ({
  person,
  you,
  idle,
  pane: 'instance',
})

function instanceStates({ instance }: Recorded, base: RoomState): readonly (readonly [string, RoomState])[] {
  const bare: RoomState = { ...base, view: { ...base.view, token: null }, entry: null }
  const without = (part: Partial<InstanceReply>): InstanceReply => ({ ...instance, output: null, ...part })
  const show = (
    shown: InstanceReply,
    writing: Extract<RoomState['instance'], { kind: 'ready' }>['writing'],
  ): RoomState => ({ ...bare, instance: { kind: 'ready', instance: shown, writing } })
  return [
    ['empty', { ...bare, view: { ...bare.view, instance: null }, instance: { kind: 'none' } }],
    ['loading', { ...bare, instance: { kind: 'loading', id: instance.id } }],
    ['unreadable', { ...bare, instance: { kind: 'failed', id: instance.id, message: 'The server did not answer.' } }],
    ['not-written', show(without({}), { kind: 'no' })],
    ['writing', show(without({}), { kind: 'running', run })],
    ['writing-failed', show(without({}), { kind: 'failed', message: 'The compute process ran out of memory.' })],
    [
      'too-long',
      show(without({ problem: 'The text has 1,830 tokens; the model reads 256. Split it into parts.' }), {
        kind: 'no',
      }),
    ],
    ['overview', bare],
    ['viewer', { ...show(without({}), { kind: 'no' }), info: { ...base.info, role: 'viewer' } }],
  ]
}

function attributionStates(recorded: Recorded, base: RoomState): readonly (readonly [string, RoomState])[] {
  const { instance, scores } = recorded
  const entry = entryOf(instance, base.view)
  const half = partialScores(scores, 17)
  const running = (done: number): Phase => ({ kind: 'running', run: runOf(instance, done), ...progressOf(done) })
  const withEntry = (part: Partial<Entry>): RoomState => ({ ...base, entry: { ...entry, ...part } })
  const missed = { ...scores, converged: scores.converged.map((flag, target) => (target % 3 === 1 ? 0 : flag)) }
  return [
    ['asking', withEntry({ phase: { kind: 'asking' } })],
    ['queued', withEntry({ phase: { ...running(0), progress: null } as Phase })], // the same phase, nothing reported yet
    ['running', { ...withEntry({ phase: running(17), scores: half }), runs: [runOf(instance, 17)] }],
    ['cancelled', withEntry({ phase: { kind: 'cancelled' }, scores: half })],
    ['not-converged', withEntry({ phase: { kind: 'done', seconds: 9 }, scores: missed })],
    ['failed', withEntry({ phase: failed('The compute process stopped and was started anew.', false), scores: half })],
    [
      'forbidden',
      withEntry({ phase: { kind: 'forbidden', message: 'You are a viewer here: ask an editor to run it.' } }),
    ],
    ['done', base],
    ['turned-round', { ...base, view: { ...base.view, token: { side: 'source', index: 0 } } }],
    ['span', { ...base, view: { ...base.view, token: { side: 'output', index: word, last: word + 1 } } }],
    ['contrast', { ...base, view: { ...base.view, options: { ...base.view.options, contrast: heId(instance) } } }],
    ['offline', { ...base, online: false, save: { kind: 'offline', changes: 3 } }],
    ['offline-asking', { ...withEntry({ phase: failed('The server cannot be reached.', true) }), online: false }],
  ]
}

/** Attention beside attribution: of the chosen head where it looks from the chosen token, and why not where it does not. */
function attentionStates(base: RoomState): readonly (readonly [string, RoomState])[] {
  const heads = (...names: readonly string[]): RoomState => ({ ...base, view: { ...base.view, heads: names } })
  const answered = (phase: Analysis['phase']): RoomState => ({ ...base, answer: () => ({ ...unanswered, phase }) })
  return [
    ['attention-cross', heads('cross.2.1')],
    ['attention-decoder', heads('decoder.1.2')],
    ['attention-encoder', heads('encoder.0.3')],
    ['attention-asking', answered({ kind: 'asking' })],
    ['attention-failed', answered({ kind: 'failed', message: 'The compute process stopped.', offline: false })],
  ]
}

/** A text of somebody's own, and B under A: the same text by another baseline, and by another method. */
function comparedStates({ instance }: Recorded, base: RoomState): readonly (readonly [string, RoomState])[] {
  const { options } = base.view
  const pinned = (part: Partial<View['options']>): RoomState => ({
    ...base,
    view: { ...base.view, pin: { instance: instance.id, options: { ...options, ...part } } },
  })
  const continued: InstanceReply = {
    ...instance,
    origin: {
      from: 'newsroom-test-7',
      by: { id: berta.id, name: berta.name },
      target: { kind: 'continue', step: 3, token: 17 },
      checkpoint: null,
      languages: null,
    },
  }
  return [
    ['compared-baselines', pinned({ baseline: 'pad' })],
    ['compared-methods', pinned({ method: 'occlusion' })],
    ['pinned', pinned({})],
    ['own-text', { ...base, instance: { kind: 'ready', instance: continued, writing: { kind: 'no' } } }],
  ]
}

const failed = (message: string, offline: boolean): Phase => ({ kind: 'failed', message, offline })

const progressOf = (done: number) => ({
  progress: { stage: 'outputs', done, total: 31, rate: 4, eta: 3.5 },
  converged: done,
})

/** The second likeliest token at the chosen step. */
const heId = (instance: InstanceReply): number => instance.output?.steps[word]?.alternatives[1]?.id ?? 0

const runOf = (instance: InstanceReply, done: number): RunReply => ({
  key: run,
  kind: 'attribution',
  state: done === 0 ? 'queued' : 'running',
  instance: instance.id,
  options: null,
  question: null,
  startedBy: { id: ada.id, name: ada.name },
  position: done === 0 ? 2 : null,
  progress: done === 0 ? null : progressOf(done).progress,
  result: null,
  error: null,
  createdAt: at,
  seconds: null,
})

function sharedStates({ instance }: Recorded, base: RoomState): readonly (readonly [string, RoomState])[] {
  const people = [attendee(ada, true), attendee(berta), attendee(carl, false, true)]
  const others: RoomState = {
    ...base,
    people,
    selections: new Map([
      ['berta', { ...base.view, token: { side: 'source', index: 3 }, at }],
      ['carl', { ...base.view, token: { side: 'output', index: 10, last: 14 }, at }],
    ]),
  }
  const notes = [
    {
      id: 'copied',
      title: '“chemist” is remembered from the name, not read in the article',
      status: 'open' as const,
      text: 'The article **never** says what Mr Kestrell does: [[ev:copied-0]]\n\nSo its own doubt gives no warning.',
      evidence: [evidenceOf(instance, base, 'for', run), evidenceOf(instance, base, 'against', 'b'.repeat(64))],
    },
    {
      id: 'doubt',
      title: 'Low entropy means the word has a source',
      status: 'refuted' as const,
      text: '',
      evidence: [],
    },
  ]
  return [
    ['others', others],
    ['followed', { ...others, followed: people[1] ?? null }],
    ['crowd', { ...others, people: [...people, ...crowd()] }],
    ['notes', { ...others, notes }],
    ['notes-read-only', { ...others, notes, info: { ...base.info, role: 'viewer' } }],
    ['ended', { ...base, ended: 'This workspace was deleted. Its owner can bring it back.', online: false }],
    ['saving', { ...base, save: { kind: 'saving' } }],
    ['unsaved', { ...base, save: { kind: 'problem', text: 'The server cannot store edits at the moment.' } }],
  ]
}

const crowd = (): readonly Attendee[] =>
  ['Dora', 'Emil', 'Frida', 'Gustav'].map((name, index) =>
    attendee({ id: name.toLowerCase(), name, colour: index + 3, dash: 1 }),
  )

const evidenceOf = (
  instance: InstanceReply,
  { view }: RoomState,
  stance: Evidence['stance'],
  from: string,
): Evidence => ({
  note: 'copied',
  stance,
  instance: instance.id,
  token: { side: 'output', index: word },
  about: { side: 'output', index: word - 1 },
  options: view.options,
  heads: [],
  pruned: [],
  quote: stance === 'for' ? '“the” → che' : '“Silver” → che',
  value: stance === 'for' ? 5.46 : -1.33,
  unit: 'nats',
  gap: -0.09,
  run: from,
  by: ada.id,
  at,
})

function listStates(base: RoomState): readonly (readonly [string, RoomState])[] {
  const none = { ...base.list, rows: () => new Map() }
  return [
    ['list-loading', { ...base, list: { ...none, total: () => 40, all: () => 40 } }],
    ['list-nothing', { ...base, list: { ...none, total: () => 0, all: () => 1000, search: () => 'zebra' } }],
    ['list-failed', { ...base, list: { ...none, total: () => null, error: () => 'The server did not answer.' } }],
  ]
}
