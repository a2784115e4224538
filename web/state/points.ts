/** The points of a corpus as this page knows them, and which of them the filters and the search let through. */
import type { Accessor } from 'solid-js'
import { createSignal, untrack } from 'solid-js'
import type { Filter } from '#collab/wire/document.ts'
import type { DurableEvent } from '#collab/wire/events.ts'
import { readMatching, readPoints } from '#web/api/points.ts'
import type { Api } from '#web/api/request.ts'
import type { Clock } from '#web/collab/throttle.ts'
import { makeThrottle } from '#web/collab/throttle.ts'
import { messageOf, WebError } from '#web/errors.ts'
import type { Points } from './point-table.ts'
import { bothMasks, makePoints, maskOfFilter, maskOfOrdinals } from './point-table.ts'

export type PointsState =
  /** Nobody has asked for them yet. */
  | { readonly kind: 'idle' }
  | { readonly kind: 'loading' }
  | { readonly kind: 'ready'; readonly points: Points }
  | { readonly kind: 'failed'; readonly message: string; readonly offline: boolean }

export interface CorpusPoints {
  readonly state: Accessor<PointsState>
  /** [points] 1 for those that every filter and the search let through; null while all of them are. */
  readonly matching: Accessor<Uint8Array | null>
  /** Fetches them, once; a drawing calls it when it stands. */
  open(): void
  setFilters(filters: readonly Filter[]): void
  setSearch(search: string): void
  durable(event: DurableEvent): void
  /** Fetches them anew, at most every five seconds. */
  refresh(): void
  close(): void
}

export function createPoints(api: Api, workspace: string, clock: Clock): CorpusPoints {
  const [state, setState] = createSignal<PointsState>({ kind: 'idle' })
  const [matching, setMatching] = createSignal<Uint8Array | null>(null)
  let filters: readonly Filter[] = []
  let search = ''
  /** Keys of the studies that were begun while this page was open. */
  const studies = new Set<string>()
  let asking = new AbortController()
  const closing = new AbortController()

  /** Filters on columns are answered here at once; texts are known to the server alone. */
  const match = async (): Promise<void> => {
    asking.abort()
    asking = new AbortController()
    const { signal } = asking
    const now = untrack(state)
    if (now.kind !== 'ready') return
    const { points } = now
    const local = filters.map((filter) => [filter, maskOfFilter(points, filter)] as const)
    const known = local.flatMap(([, mask]) => (mask === null ? [] : [mask]))
    const rest = local.flatMap(([filter, mask]) => (mask === null ? [filter] : []))
    setMatching(bothMasks(known))
    if (rest.length === 0 && search === '') return
    try {
      const { ordinals } = await readMatching(api, workspace, search, rest, signal)
      if (!signal.aborted) setMatching(bothMasks([...known, maskOfOrdinals(points, ordinals)]))
    } catch {
      // What the columns tell is shown until the next change asks again; the list says what went wrong.
    }
  }
  const load = async (): Promise<void> => {
    if (untrack(state).kind !== 'ready') setState({ kind: 'loading' })
    try {
      const points = makePoints(await readPoints(api, workspace, closing.signal))
      if (closing.signal.aborted) return
      setState({ kind: 'ready', points })
      void match()
    } catch (error) {
      if (closing.signal.aborted || untrack(state).kind === 'ready') return
      const offline = error instanceof WebError && error.kind === 'offline'
      setState({ kind: 'failed', message: messageOf(error), offline })
    }
  }
  const fetchAgain = makeThrottle<null>(clock, 5_000, () => void load())
  const refresh = (): void => {
    if (untrack(state).kind !== 'idle') fetchAgain.push(null)
  }
  const typed = makeThrottle<null>(clock, 200, () => void match())
  return {
    state,
    matching,
    open() {
      const { kind } = untrack(state)
      if (kind === 'idle' || kind === 'failed') void load()
    },
    setFilters(next) {
      if (JSON.stringify(next) === JSON.stringify(filters)) return
      filters = next
      void match()
    },
    setSearch(next) {
      if (next === search) return
      search = next
      typed.push(null)
    },
    durable(event) {
      if (event.type === 'run-queued' && event.kind === 'study') studies.add(event.key)
      // A study may have found numbers that points can be coloured by.
      const found = event.type === 'run-done' && studies.delete(event.key)
      if (found || event.type === 'outputs-changed') refresh()
    },
    refresh,
    close() {
      asking.abort()
      closing.abort()
      fetchAgain.close()
      typed.close()
    },
  }
}
