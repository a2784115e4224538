/** A room that is no connection: every state of a workspace can be set up by hand. */
import { createSignal } from 'solid-js'
import { Awareness } from 'y-protocols/awareness'
import * as Y from 'yjs'
import type { Evidence, Selection } from '#collab/wire/document.ts'
import { noteText, writeValue } from '#collab/wire/document.ts'
import { may } from '#collab/wire/policy.ts'
import type { Person } from '#collab/wire/presence.ts'
import type { Question } from '#server/wire/analyses.ts'
import type { RunReply } from '#server/wire/runs.ts'
import type { WorkspaceReply } from '#server/wire/workspaces.ts'
import type { Attendee } from '#web/collab/people.ts'
import type { SaveState } from '#web/collab/save-state.ts'
import { newDocumentStatus } from '#web/collab/save-state.ts'
import type { SharedDocument } from '#web/collab/shared-document.ts'
import type { App } from '#web/state/app.ts'
import type { Analysis, StudyQuestion } from '#web/state/analyses.ts'
import type { Entry } from '#web/state/attributions.ts'
import { createFilters } from '#web/state/filters.ts'
import { createHistory } from '#web/state/history.ts'
import type { InstanceList } from '#web/state/instance-list.ts'
import type { InstanceState } from '#web/state/instances.ts'
import { createLinks } from '#web/state/links.ts'
import { createNotes } from '#web/state/notes.ts'
import type { View } from '#web/state/permalink.ts'
import { defaultsFor } from '#web/state/permalink.ts'
import type { PointsState } from '#web/state/points.ts'
import type { Room } from '#web/state/room.ts'
import { createProjection } from '#web/state/projection.ts'
import { createSelection } from '#web/state/selection.ts'
import { unanswered } from '#web/state/analyses.ts'
import type { Recorded } from './recorded.ts'

/** What a story decides. */
export interface RoomState {
  readonly info: WorkspaceReply
  readonly view: View
  readonly instance: InstanceState
  readonly entry: Entry | null
  /** What is answered to a question; null where nobody has asked it. */
  readonly answer: (question: Question) => Analysis | null
  /** The same for studies. */
  readonly study: (study: StudyQuestion) => Analysis | null
  /** The open step of the case study; null while its guide is closed. */
  readonly step: string | null
  /** Whether nobody has asked for a study yet. */
  readonly unasked?: boolean
  readonly points: PointsState
  /** Which points filters and search let through; null for all. */
  readonly matching: Uint8Array | null
  readonly list: Pick<InstanceList, 'rows' | 'total' | 'all' | 'error' | 'search'>
  readonly runs: readonly RunReply[]
  readonly people: readonly Attendee[]
  readonly followed: Attendee | null
  readonly selections: ReadonlyMap<string, Selection>
  readonly save: SaveState
  readonly online: boolean
  readonly ended: string | null
  readonly notes: readonly StoryNote[]
}

export interface StoryNote {
  readonly id: string
  readonly title: string
  readonly status: 'open' | 'supported' | 'refuted'
  readonly text: string
  readonly evidence: readonly Evidence[]
}

const nothing = (): void => undefined
const later = (): Promise<void> => new Promise(nothing)

export function makeRoom(app: App, me: Person, recorded: Recorded, state: RoomState): Room {
  const shared = makeDocument(null)
  const history = createHistory(app.toasts)
  const selection = createSelection({ history, show: nothing, publish: nothing, moved: nothing }, state.view)
  const notes = createNotes({ doc: shared.doc, me: () => me, now: () => app.clock.now(), newId: () => app.newId() })
  for (const note of state.notes) writeNote(shared.doc, me, note)
  const analyses = makeAnalyses(state)
  const texts = new Map(state.notes.map((note) => [note.id, makeDocument(note.text)]))
  return {
    id: state.info.id,
    info: () => state.info,
    me: () => me,
    defaults: defaultsFor(state.info.checkpoint),
    selection,
    selections: () => state.selections,
    history,
    filters: createFilters(shared.doc, history, () => app.newId()),
    fields: { list: () => recorded.fields, known: () => true, refresh: nothing, close: nothing },
    notes,
    links: createLinks({ doc: shared.doc, me: () => me, now: () => app.clock.now() }),
    noteDocuments: {
      open: () => [...texts.values()],
      acquire: (note) => texts.get(note) ?? makeDocument(''),
      release: nothing,
      close: nothing,
    },
    instances: {
      current: () => state.instance,
      open: nothing,
      write: later,
      derive: () => new Promise(nothing),
      durable: nothing,
      refresh: nothing,
    },
    list: makeList(state.list),
    attributions: makeAttributions(state.entry),
    analyses,
    points: {
      state: () => state.points,
      matching: () => state.matching,
      open: nothing,
      setFilters: nothing,
      setSearch: nothing,
      durable: nothing,
      refresh: nothing,
      close: nothing,
    },
    projection: createProjection(analyses),
    runs: {
      active: () => state.runs,
      durable: nothing,
      progress: nothing,
      refresh: nothing,
      cancel: later,
      close: nothing,
    },
    attendance: {
      people: () => state.people,
      pointings: () => new Map(),
      show: nothing,
      active: nothing,
      close: nothing,
    },
    following: { target: () => state.followed, follow: nothing, stop: nothing },
    shared,
    saveState: () => state.save,
    online: () => state.online,
    can: (action) => may(state.info.role, action),
    writable: () => may(state.info.role, 'document.write'),
    ended: () => state.ended,
    close: nothing,
  }
}

function makeList(list: RoomState['list']): InstanceList {
  const [order, setOrder] = createSignal<ReturnType<InstanceList['order']>>({ sort: null, descending: false })
  return {
    ...list,
    order,
    own: () => false,
    setOwn: nothing,
    setOrder: (next) => void setOrder(next),
    setSearch: nothing,
    setFilters: nothing,
    need: nothing,
    refresh: nothing,
    neighbour: () => Promise.resolve(null),
    close: nothing,
  }
}

function makeAnalyses({ answer, study, unasked }: RoomState): Room['analyses'] {
  const known = (instance: unknown, question: Question | StudyQuestion): Analysis | null =>
    instance === null ? study(question) : answer(question as Question) // studies are asked without an instance
  return {
    ask: (instance: unknown, question: Question | StudyQuestion) => () => known(instance, question) ?? unanswered,
    forget: nothing,
    known: (instance: unknown, question: Question | StudyQuestion) => (unasked ? null : known(instance, question)),
    retry: nothing,
    cancel: nothing,
    durable: nothing,
    progress: nothing,
    partial: nothing,
    refresh: nothing,
  }
}

function makeAttributions(entry: Entry | null): Room['attributions'] {
  return {
    entry: () => entry,
    want: nothing,
    again: nothing,
    cancel: nothing,
    runOf: () => entry?.run ?? null,
    durable: nothing,
    progress: nothing,
    partial: nothing,
    refresh: nothing,
  }
}

function makeDocument(text: string | null): SharedDocument {
  const doc = new Y.Doc()
  if (text !== null) doc.getText(noteText).insert(0, text)
  return {
    doc,
    awareness: new Awareness(doc),
    status: () => ({ ...newDocumentStatus, connected: true, synced: true }),
    server: () => null,
    close: nothing,
  }
}

function writeNote(doc: Y.Doc, me: Person, { id, title, status, evidence }: StoryNote): void {
  const createdAt = 1_790_000_000_000
  writeValue(doc, 'notes', id, { title, status, owner: me.id, ownerName: me.name, createdAt, deletedAt: null })
  evidence.forEach((value, index) => writeValue(doc, 'evidence', `${id}-${index}`, value))
}
