/** One open workspace: everything its panes read and change, put together. */
import type { Accessor } from 'solid-js'
import { createContext, createMemo, createSignal, untrack, useContext } from 'solid-js'
import type { AttributionOptionsValue, Selection } from '#collab/wire/document.ts'
import { writeValue } from '#collab/wire/document.ts'
import type { Action } from '#collab/wire/policy.ts'
import { may } from '#collab/wire/policy.ts'
import type { Person } from '#collab/wire/presence.ts'
import type { WorkspaceReply } from '#server/wire/workspaces.ts'
import { openLive } from '#web/collab/live.ts'
import type { SaveState } from '#web/collab/save-state.ts'
import { saveStateOf } from '#web/collab/save-state.ts'
import type { DocumentDeps, SharedDocument } from '#web/collab/shared-document.ts'
import { openSharedDocument } from '#web/collab/shared-document.ts'
import { makeSharedMap } from '#web/collab/shared-map.ts'
import { makeThrottle } from '#web/collab/throttle.ts'
import { WebError } from '#web/errors.ts'
import { createEffect } from '#web/solid.ts'
import { listenerOf } from './announcements.ts'
import type { Analyses } from './analyses.ts'
import { createAnalyses } from './analyses.ts'
import type { App } from './app.ts'
import { arrive } from './arriving.ts'
import type { Attendance } from './attendance.ts'
import { createAttendance } from './attendance.ts'
import type { Attributions } from './attributions.ts'
import { createAttributions } from './attributions.ts'
import type { Fields } from './fields.ts'
import { createFields } from './fields.ts'
import type { Filters } from './filters.ts'
import { createFilters } from './filters.ts'
import type { Following } from './following.ts'
import { createFollowing } from './following.ts'
import type { History } from './history.ts'
import { createHistory } from './history.ts'
import type { InstanceList } from './instance-list.ts'
import { createInstanceList } from './instance-list.ts'
import type { Instances } from './instances.ts'
import { createInstances } from './instances.ts'
import type { Links } from './links.ts'
import { createLinks } from './links.ts'
import type { NoteDocuments } from './note-documents.ts'
import { createNoteDocuments } from './note-documents.ts'
import type { Notes } from './notes.ts'
import { createNotes } from './notes.ts'
import type { View } from './permalink.ts'
import { defaultsFor, emptyView } from './permalink.ts'
import type { CorpusPoints } from './points.ts'
import { createPoints } from './points.ts'
import type { ProjectionState } from './projection.ts'
import { createProjection } from './projection.ts'
import type { Runs } from './runs.ts'
import { createRuns } from './runs.ts'
import type { SelectionState } from './selection.ts'
import { createSelection } from './selection.ts'

export interface Room {
  readonly id: string
  readonly info: Accessor<WorkspaceReply>
  readonly me: Accessor<Person>
  readonly defaults: AttributionOptionsValue
  readonly selection: SelectionState
  readonly selections: Accessor<ReadonlyMap<string, Selection>>
  readonly history: History
  readonly filters: Filters
  readonly fields: Fields
  readonly notes: Notes
  readonly noteDocuments: NoteDocuments
  readonly links: Links
  readonly instances: Instances
  readonly list: InstanceList
  readonly attributions: Attributions
  /** Answers to questions about instances, and studies. */
  readonly analyses: Analyses
  readonly points: CorpusPoints
  readonly projection: ProjectionState
  readonly runs: Runs
  readonly attendance: Attendance
  readonly following: Following
  readonly shared: SharedDocument
  readonly saveState: Accessor<SaveState>
  /** Whether announcements arrive. */
  readonly online: Accessor<boolean>
  /** Whether this person may do something here. */
  can(action: Action): boolean
  /** Whether edits of the shared document are accepted from here now. */
  readonly writable: Accessor<boolean>
  /** Why nothing more can be done in this workspace; null while it can. */
  readonly ended: Accessor<string | null>
  close(): void
}

export interface RoomDeps {
  readonly app: App
  readonly info: Accessor<WorkspaceReply>
  readonly me: Accessor<Person>
  readonly Socket: typeof WebSocket
  /** Fetches the workspace's description anew. */
  refetchInfo(): void
  /** Puts a view into the address bar. */
  show(view: View, push: boolean): void
}

/** By then the page is on screen, and what it opened with has come. */
const rereadAfter = 2_000

/** Own selections are written into the shared document at most four times a second. */
const selectionInterval = 250

export function createRoom(deps: RoomDeps, link: View | null): Room {
  const { app, info, me } = deps
  const { id } = untrack(info)
  const computed = createComputed(app, id)
  const [ended, setEnded] = createSignal<string | null>(null)
  let stopRereading = (): void => {}
  const listener = listenerOf({
    app,
    ...computed,
    setEnded,
    refetchInfo: () => deps.refetchInfo(),
    later: (work) => void (stopRereading = app.clock.after(rereadAfter, work)),
  })
  const live = openLive(id, app.clock, listener)
  const together = createTogether(deps, id, link)
  createEffect(() => {
    const filters = [...together.filters.list().values()]
    computed.list.setFilters(filters)
    computed.points.setFilters(filters)
  })
  createEffect(() => computed.points.setSearch(computed.list.search()))
  createEffect(() => computed.instances.open(together.selection.view().instance))
  return {
    id,
    info,
    me,
    ...computed,
    ...together,
    can: (action) => may(info().role, action),
    online: live.connected,
    ended,
    close: () =>
      closeAll([
        { close: () => stopRereading() },
        live,
        together,
        computed.list,
        computed.points,
        computed.runs,
        computed.fields,
      ]),
  }
}

/** What the server computes and lists: reached over HTTP, kept up to date by announcements. */
function createComputed(
  { api, clock }: App,
  id: string,
): Pick<Room, 'instances' | 'list' | 'points' | 'projection' | 'attributions' | 'analyses' | 'runs' | 'fields'> {
  const analyses = createAnalyses({ api, workspace: id, clock })
  return {
    instances: createInstances(api, id),
    list: createInstanceList(api, id, clock),
    attributions: createAttributions({ api, workspace: id, clock }),
    analyses,
    points: createPoints(api, id, clock),
    projection: createProjection(analyses),
    runs: createRuns(api, id, clock),
    fields: createFields(api, id, clock),
  }
}

type Together = Pick<
  Room,
  | 'defaults'
  | 'selection'
  | 'selections'
  | 'history'
  | 'filters'
  | 'notes'
  | 'noteDocuments'
  | 'links'
  | 'attendance'
  | 'following'
  | 'shared'
  | 'saveState'
  | 'writable'
  | 'close'
>

/** What people share: the documents, who is here, and where everybody looks. */
function createTogether(deps: RoomDeps, id: string, link: View | null): Together {
  const { app, info, me } = deps
  const { clock } = app
  const documentDeps = documentDepsOf(deps)
  const shared = openSharedDocument(documentDeps, id, 'shared')
  const selections = makeSharedMap(shared.doc, 'selections')
  const history = createHistory(app.toasts)
  const writable = createMemo(() => may(info().role, 'document.write') && shared.server()?.writable !== false)
  const publish = makeThrottle<View>(clock, selectionInterval, (view) => {
    if (untrack(writable)) writeValue(shared.doc, 'selections', untrack(me).id, { ...view, at: clock.now() })
  })
  const defaults = defaultsFor(untrack(info).checkpoint)
  const selection = createSelection(
    { history, show: deps.show, publish: publish.push, moved: () => following.stop() },
    link ?? emptyView(defaults),
  )
  const attendance = createAttendance(shared.awareness, me, clock)
  const left = (name: string): void => void app.toasts.show(`${name} has left; you are no longer following.`)
  const following = createFollowing({ people: attendance.people, selections: selections.values, selection, left })
  const filters = createFilters(shared.doc, history, () => app.newId())
  const written = createWritten(deps, documentDeps, shared, id)
  const place = { selections: selections.values, attendance, selection, following }
  arrive({ link, me, shared, publish: publish.push, clock, ...place })
  return {
    ...place,
    defaults,
    history,
    filters,
    ...written,
    shared,
    writable,
    saveState: createSaveState(shared, written.noteDocuments),
    close: () => closeAll([publish, attendance, selections, filters, ...Object.values(written), shared]),
  }
}

/** What people write down: hypotheses, their texts, and short links. */
function createWritten(
  { app, me }: RoomDeps,
  documentDeps: DocumentDeps,
  { doc }: SharedDocument,
  id: string,
): Pick<Room, 'notes' | 'noteDocuments' | 'links'> {
  const now = (): number => app.clock.now()
  return {
    notes: createNotes({ doc, me, now, newId: () => app.newId() }),
    noteDocuments: createNoteDocuments(documentDeps, id),
    links: createLinks({ doc, me, now }),
  }
}

const documentDepsOf = ({ app, Socket }: RoomDeps): DocumentDeps => ({
  origin: app.socketOrigin,
  Socket,
  clock: app.clock,
  random: () => app.random(),
})

const closeAll = (parts: readonly { close(): unknown }[]): void => parts.forEach((part) => part.close())

function createSaveState(shared: SharedDocument, noteDocuments: NoteDocuments): Accessor<SaveState> {
  const ever = createMemo<boolean>((before) => before || shared.status().connected, false)
  const state = createMemo<SaveState>(() => {
    const statuses = [shared, ...noteDocuments.open()].map((document) => document.status())
    const failing = [shared, ...noteDocuments.open()].some((document) => document.server()?.storage === 'failing')
    if (failing)
      return { kind: 'problem', text: 'The server cannot store edits at the moment. They are kept and tried again.' }
    return saveStateOf(statuses, ever())
  })
  return state
}

export const RoomContext = createContext<Room>()

export function useRoom(): Room {
  const room = useContext(RoomContext)
  if (room === undefined) throw new WebError('internal', 'internal: this component stands outside a workspace')
  return room
}
